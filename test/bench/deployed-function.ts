/** What the Lambda may use, as `lib/` deploys it. */
import { Template } from 'aws-cdk-lib/assertions';
import { App } from 'aws-cdk-lib/core';
import { parseSettings } from '../../lambda/settings.ts';
import { AuditorStack } from '../../lib/auditor-stack.ts';

export type DeployedFunction = {
  /** MB, as Lambda counts them: 1,024 KB each. */
  memoryMb: number;
  timeoutMs: number;
  /** What Node is started with there, and how much of the memory its heap may take by that: for old objects. */
  nodeFlags: string[];
  heapMb: number;
  /** "At 1,769 MB, a function has the equivalent of one vCPU", https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
  vcpus: number;
};

export const deployedFunction = (): DeployedFunction => {
  // Without bundling the code, which takes seconds.
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  const settings = parseSettings({ sns: { emails: ['team@example.com'] } });
  const functions = Template.fromStack(new AuditorStack(app, 'keyaudit', { settings })).findResources(
    'AWS::Lambda::Function',
  ) as Record<string, { Properties: { MemorySize: number; Timeout: number } }>;
  const [auditor, ...others] = Object.values(functions);
  if (!auditor || others.length > 0) throw new Error('the stack has not one function');
  const { MemorySize: memoryMb, Timeout } = auditor.Properties;
  return { memoryMb, timeoutMs: Timeout * 1000, ...heapOf(memoryMb), vcpus: memoryMb / 1_769 };
};

/** A tenth of it for young objects, in two halves, the rest for old ones: `/var/runtime/bootstrap` of public.ecr.aws/lambda/nodejs. */
const heapOf = (memoryMb: number): Pick<DeployedFunction, 'nodeFlags' | 'heapMb'> => {
  const newSpace = Math.floor(memoryMb / 10);
  const heapMb = memoryMb - newSpace;
  return { nodeFlags: [`--max-semi-space-size=${Math.floor(newSpace / 2)}`, `--max-old-space-size=${heapMb}`], heapMb };
};
