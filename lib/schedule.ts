import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { ContextAttribute, Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Duration, Stack, TimeZone } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { Settings } from '../lambda/settings.ts';

export type AuditScheduleProps = {
  schedule: Settings['schedule'];
  auditor: IFunction;
  /** Where a start goes that did not succeed in time. */
  failures: IQueue;
};

/** Starts the auditor, telling it for which tick. Scheduler starts at least once, so perhaps twice. */
export const auditSchedule = (scope: Construct, { schedule, auditor, failures }: AuditScheduleProps): Schedule =>
  new Schedule(scope, 'Schedule', {
    description: 'keyaudit: one scan of every account',
    schedule: ScheduleExpression.expression(schedule.expression, TimeZone.of(schedule.timezone)),
    target: new LambdaInvoke(auditor, {
      // Two starts for one tick are one run: https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
      input: ScheduleTargetInput.fromObject({ scheduledTime: ContextAttribute.scheduledTime }),
      retryAttempts: 3,
      maxEventAge: Duration.hours(1),
      deadLetterQueue: failures,
      role: schedulerRole(scope, auditor, failures).withoutPolicyUpdates(),
    }),
  });

/** The target's own grants would add every version and alias of the function. */
const schedulerRole = (scope: Construct, auditor: IFunction, failures: IQueue): Role => {
  const stack = Stack.of(scope);
  const group = stack.formatArn({ service: 'scheduler', resource: 'schedule-group', resourceName: 'default' });
  const allow = (action: string, resource: string): PolicyDocument =>
    new PolicyDocument({
      statements: [new PolicyStatement({ effect: Effect.ALLOW, actions: [action], resources: [resource] })],
    });
  return new Role(scope, 'SchedulerRole', {
    description: 'keyaudit: lets EventBridge Scheduler start the auditor',
    // https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
    assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': stack.account, 'aws:SourceArn': group } },
    }),
    inlinePolicies: {
      'start-auditor': allow('lambda:InvokeFunction', auditor.functionArn),
      'keep-failures': allow('sqs:SendMessage', failures.queueArn),
    },
  });
};
