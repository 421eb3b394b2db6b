import {
  CredentialReportExpiredException,
  CredentialReportNotPresentException,
  CredentialReportNotReadyException,
  GenerateCredentialReportCommand,
  GetCredentialReportCommand,
  IAMClient,
  LimitExceededException,
} from '@aws-sdk/client-iam';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { readCredentialReport } from '../lambda/aws/credential-report.ts';
import { NOW } from './builders.ts';

const iam = mockClient(IAMClient);
beforeEach(() => {
  iam.reset();
});

/** Reads with a clock that only its own pauses move. */
const read = async (random = 0) => {
  const pauses: number[] = [];
  const report = readCredentialReport({
    iam: new IAMClient({ region: 'eu-west-1' }),
    abortSignal: new AbortController().signal,
    sleep: async (ms) => {
      pauses.push(ms);
    },
    random: () => random,
    elapsed: () => pauses.reduce((sum, ms) => sum + ms, 0),
  })();
  return { report: await report.catch((error: Error) => error.message), pauses };
};

const content = new TextEncoder().encode('user,arn');
const ready = { Content: content, GeneratedTime: NOW };
const expected = { content, generatedAt: NOW };

describe('readCredentialReport', () => {
  it('polls until the report is complete, every 2 to 5 seconds', async () => {
    iam
      .on(GenerateCredentialReportCommand)
      .resolvesOnce({ State: 'STARTED' })
      .resolvesOnce({ State: 'INPROGRESS' })
      .resolves({ State: 'COMPLETE' });
    iam.on(GetCredentialReportCommand).resolves(ready);
    expect(await read(0)).toEqual({ report: expected, pauses: [2000, 2000] });
  });

  it('spreads the polls of many accounts by chance', async () => {
    iam.on(GenerateCredentialReportCommand).resolvesOnce({ State: 'STARTED' }).resolves({ State: 'COMPLETE' });
    iam.on(GetCredentialReportCommand).resolves(ready);
    expect((await read(0.5)).pauses).toEqual([3500]);
  });

  it.each([CredentialReportNotPresentException, CredentialReportNotReadyException, CredentialReportExpiredException])(
    'generates again after %p',
    async (NotThereYet) => {
      iam.on(GenerateCredentialReportCommand).resolves({ State: 'COMPLETE' });
      iam
        .on(GetCredentialReportCommand)
        .rejectsOnce(new NotThereYet({ message: 'not yet', $metadata: {} }))
        .resolves(ready);
      expect(await read()).toEqual({ report: expected, pauses: [2000] });
      expect(iam.commandCalls(GenerateCredentialReportCommand)).toHaveLength(2);
    },
  );

  it('gives up after ten minutes', async () => {
    iam.on(GenerateCredentialReportCommand).resolves({ State: 'INPROGRESS' });
    const { report, pauses } = await read(0.5);
    expect(report).toBe('the credential report was not ready after 10 minutes');
    expect(pauses.reduce((sum, ms) => sum + ms, 0)).toBe(172 * 3500);
  });

  it('waits for capacity that AWS lacks', async () => {
    const noCapacity = new LimitExceededException({ message: 'No more capacity', $metadata: {} });
    iam.on(GenerateCredentialReportCommand).rejectsOnce(noCapacity).resolves({ State: 'COMPLETE' });
    iam.on(GetCredentialReportCommand).resolves(ready);
    expect(await read()).toEqual({ report: expected, pauses: [2000] });
  });

  it('gives up at once when AWS refuses', async () => {
    iam.on(GenerateCredentialReportCommand).rejects(new Error('AccessDenied'));
    expect(await read()).toEqual({ report: 'AccessDenied', pauses: [] });
  });

  it('does not take a report without content for an empty account', async () => {
    iam.on(GenerateCredentialReportCommand).resolves({ State: 'COMPLETE' });
    iam.on(GetCredentialReportCommand).resolves({ GeneratedTime: NOW });
    expect((await read()).report).toContain('without content');
  });
});
