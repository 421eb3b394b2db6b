import { GenerateCredentialReportCommand, GetCredentialReportCommand, IAMClient } from '@aws-sdk/client-iam';
import { describe, expect, it } from '@jest/globals';
import { HOUR } from '../lambda/domain/time.ts';
import { NOW } from './builders.ts';
import { fakeUser, fakeWorld, HUB_ACCOUNT_ID } from './fake-aws/index.ts';
import { assume, OTHER, once, refusal, report, start } from './fake-aws-clients.ts';

describe('the credential report', () => {
  it('is STARTED, INPROGRESS, then COMPLETE; until then there is none to get', async () => {
    const aws = await start({ world: fakeWorld({ accounts: [{ report: { polls: 2 } }] }), now: () => NOW });
    const iam = new IAMClient(once(aws));
    const generate = async () => (await iam.send(new GenerateCredentialReportCommand({}))).State;
    expect(await refusal(report(iam))).toMatchObject({ name: 'CredentialReportNotPresentException', status: 410 });
    expect([await generate(), await generate()]).toEqual(['STARTED', 'INPROGRESS']);
    expect(await refusal(report(iam))).toMatchObject({ name: 'CredentialReportNotReadyException', status: 404 });
    expect(await generate()).toBe('COMPLETE');
    expect(await iam.send(new GetCredentialReportCommand({}))).toMatchObject({
      GeneratedTime: NOW,
      ReportFormat: 'text/csv',
    });
  });

  it('is kept for four hours while the world moves on, then has expired', async () => {
    let now = NOW;
    const world = fakeWorld({ accounts: [{ users: [{ userName: 'first' }], report: { polls: 0 } }] });
    const aws = await start({ world, now: () => now });
    const iam = new IAMClient(once(aws));
    const generate = async () => (await iam.send(new GenerateCredentialReportCommand({}))).State;
    await generate();
    const first = await report(iam);
    world.accounts[0]?.users.splice(0, 1, fakeUser({ userName: 'second' }));

    now = new Date(NOW.getTime() + 4 * HOUR);
    expect(await generate()).toBe('COMPLETE');
    expect(await report(iam)).toBe(first);
    expect((await iam.send(new GetCredentialReportCommand({}))).GeneratedTime).toEqual(NOW);

    now = new Date(now.getTime() + 1000);
    expect(await refusal(report(iam))).toMatchObject({ name: 'CredentialReportExpiredException', status: 410 });
    await generate();
    expect((await iam.send(new GetCredentialReportCommand({}))).GeneratedTime).toEqual(now);
    expect([(await report(iam)).includes('first'), (await report(iam)).includes('second')]).toEqual([false, true]);
  });

  it('has the live columns, the root user first, LF, no line end at its end, and quotes commas', async () => {
    const created = new Date('2026-01-02T03:04:05Z');
    const rotated = new Date('2026-06-07T08:09:10Z');
    const world = fakeWorld({
      accounts: [
        {
          report: { polls: 0 },
          root: { created, keys: [{ created }], passwordLastUsed: rotated },
          users: [
            { userName: 'human', created, password: {}, mfaActive: true },
            {
              userName: 'ci,deploy',
              created,
              slotOrder: [1, 0],
              keys: [
                { created, lastRotated: rotated, lastUsed: { date: NOW, service: 'iam', region: 'N/A' } },
                { created: rotated, status: 'Inactive' },
              ],
            },
          ],
        },
      ],
    });
    const aws = await start({ world });
    const iam = new IAMClient(once(aws));
    await iam.send(new GenerateCredentialReportCommand({}));
    const none = 'false,N/A,N/A,N/A,N/A';
    const certificates = 'false,N/A,false,N/A';
    expect((await report(iam)).split('\n')).toEqual([
      'user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,' +
        'access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,' +
        'access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,' +
        'cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated',
      `<root_account>,arn:aws:iam::${HUB_ACCOUNT_ID}:root,2026-01-02T03:04:05Z,not_supported,2026-06-07T08:09:10Z,not_supported,not_supported,true,` +
        `true,2026-01-02T03:04:05Z,N/A,N/A,N/A,${none},${certificates}`,
      `human,arn:aws:iam::${HUB_ACCOUNT_ID}:user/human,2026-01-02T03:04:05Z,true,no_information,2026-01-02T03:04:05Z,N/A,true,${none},${none},${certificates}`,
      `"ci,deploy","arn:aws:iam::${HUB_ACCOUNT_ID}:user/ci,deploy",2026-01-02T03:04:05Z,false,N/A,N/A,N/A,false,` +
        `false,2026-06-07T08:09:10Z,N/A,N/A,N/A,true,2026-06-07T08:09:10Z,2026-11-23T09:00:00Z,N/A,iam,${certificates}`,
    ]);
  });

  it('has the older date form, upper case booleans and the additional column when told, or when keys do not fit', async () => {
    const world = fakeWorld({
      accounts: [
        {
          report: { polls: 0, dateSuffix: '+00:00', upperCaseBooleans: true },
          users: [{ userName: 'many', keys: [{}, {}, {}] }],
        },
        { id: OTHER, report: { polls: 0, additionalInfo: 'N/A' } },
      ],
    });
    const aws = await start({ world });
    const read = async (iam: IAMClient) => {
      await iam.send(new GenerateCredentialReportCommand({}));
      return (await report(iam)).split('\n').map((line) => line.split(','));
    };
    const [header, root, many] = await read(new IAMClient(once(aws)));
    expect([header?.at(-1), root?.at(-1), root?.[7], many?.[2]]).toEqual([
      'additional_credentials_info',
      '',
      'TRUE',
      '2026-01-01T00:00:00+00:00',
    ]);
    expect(many?.at(-1)).toMatch(/^1 additional access key/);
    const [, otherRoot] = await read(new IAMClient({ ...once(aws), credentials: await assume(aws, OTHER) }));
    expect(otherRoot?.at(-1)).toBe('N/A');
  });
});
