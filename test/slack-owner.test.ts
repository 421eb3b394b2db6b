import { describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { slackDigest } from '../lambda/render/slack-digest.ts';
import { mentionOf, withoutMentions } from '../lambda/render/slack-owner.ts';
import { FIRST_KEY } from './builders.ts';
import { auditReport, finding, findings } from './report-builders.ts';
import { mentionsIn, seen } from './slack-seen.ts';

describe('an owner', () => {
  it.each([
    ['U024BE7LH', { type: 'user', user_id: 'U024BE7LH' }],
    ['W012A3CDE', { type: 'user', user_id: 'W012A3CDE' }],
    ['SAZ94GDB8', { type: 'usergroup', usergroup_id: 'SAZ94GDB8' }],
    ['C061EG9SL', { type: 'channel', channel_id: 'C061EG9SL' }],
    ['G0123456789', { type: 'channel', channel_id: 'G0123456789' }],
    ['publishing', undefined],
    ['#publishing', undefined],
    ['SUPPORTTEAM', undefined],
    ['u024be7lh', undefined],
    ['U024BE7', undefined],
    ['U024BE7LH or W012A3CDE', undefined],
    ['@U024BE7LH', undefined],
    [FIRST_KEY, undefined],
    ['', undefined],
  ])('%s is the mention %j', (owner, expected) => {
    expect(mentionOf(owner)).toEqual(expected);
  });

  it('is mentioned beside the first of its findings in the digest, and named beside the others', () => {
    const owners = ['U024BE7LH', 'publishing', 'SAZ94GDB8', 'U024BE7LH', 'publishing'];
    const { digest } = slackDigest(auditReport({ findings: findings(5, (at) => ({ owner: owners[at] ?? '' })) }));
    expect(mentionsIn(digest.blocks)).toEqual([
      '{"type":"user","user_id":"U024BE7LH"}',
      '{"type":"usergroup","usergroup_id":"SAZ94GDB8"}',
    ]);
    expect(seen(digest.blocks).match(/Owner: .*/g)).toEqual([
      'Owner: [U024BE7LH].',
      'Owner: publishing.',
      'Owner: [SAZ94GDB8].',
      'Owner: as for 1.',
      'Owner: publishing.',
    ]);
    expect(digest.text).not.toContain('U024BE7LH');
  });

  it('is not mentioned in the thread, where a refusal would lose the message', () => {
    const nextStep = { ...finding().nextStep, text: 'Look. '.repeat(150), commands: ['x'.repeat(1_000)] };
    const report = auditReport({ findings: findings(12, (at) => ({ nextStep, owner: `U0EXAMPLE${at}` })) });
    const { digest, thread } = slackDigest(report);
    const inDigest = mentionsIn(digest.blocks).length;
    expect(inDigest).toBeGreaterThan(0);
    expect(thread.flatMap(({ blocks }) => mentionsIn(blocks))).toEqual([]);
    expect(seen(thread[0]?.blocks ?? [])).toContain(`Owner: U0EXAMPLE${inDigest}.`);
  });

  it('is mentioned once, in whatever form its findings are told, and never beside one that waits', () => {
    const wait = { ...finding().nextStep, action: 'wait' as const, notBefore: '2026-11-30T09:00:00.000Z' };
    const report = auditReport({
      findings: [
        finding({ owner: 'W012A3CDE', change: 'ongoing', nextStep: wait }),
        ...findings(2, () => ({ owner: 'U024BE7LH', change: 'ongoing' })),
        finding({ owner: 'U024BE7LH', change: 'new' }),
      ],
    });
    const { digest } = slackDigest(report);
    expect(mentionsIn(digest.blocks)).toEqual(['{"type":"user","user_id":"U024BE7LH"}']);
    expect(seen(digest.blocks).match(/Owner: .*/g)).toEqual([
      'Owner: [U024BE7LH].',
      'Owner: as for 2.',
      'Owner: as for 2.',
    ]);
  });

  it('whose tag would be markup is shown as it is', () => {
    const owners = ['<@U024BE7LH>', '<!channel>', 'U024BE7LH|x', ' U024BE7LH'];
    const { digest } = slackDigest(auditReport({ findings: findings(4, (at) => ({ owner: owners[at] ?? '' })) }));
    expect(mentionsIn(digest.blocks)).toEqual([]);
    expect(seen(digest.blocks).match(/Owner: .*/g)).toEqual(owners.map((owner) => `Owner: ${owner.trim()}.`));
  });

  it('is told as plain text in the thread’s table and in the CSV, and so is that there is none', () => {
    const owners = ['U024BE7LH', '#publishing', undefined];
    const report = auditReport({
      findings: findings(13, (at) => (owners[at - 10] ? { owner: owners[at - 10] } : {})),
    });
    const { thread, csv } = slackDigest(report);
    expect(seen(thread[0]?.blocks).match(/\((?:owner: .*|no owner)\)/g)).toEqual([
      '(owner: U024BE7LH)',
      '(owner: #publishing)',
      '(no owner)',
    ]);
    const rows: Record<string, string>[] = parse(csv?.content ?? '', { columns: true });
    expect(rows.slice(10).map(({ owner }) => owner)).toEqual(['U024BE7LH', '#publishing', 'no owner']);
  });
});

describe('a digest without its mentions', () => {
  it('has the same words, and ids where there were mentions', () => {
    const owners = ['U024BE7LH', 'SAZ94GDB8', 'C061EG9SL', 'publishing'];
    const report = auditReport({
      findings: findings(4, (at) => ({ owner: owners[at] ?? '', ...(at > 1 && { change: 'ongoing' as const }) })),
    });
    const { digest } = slackDigest(report);
    const unmentioned = withoutMentions(digest);
    expect(mentionsIn(unmentioned?.blocks ?? [])).toEqual([]);
    expect(seen(unmentioned?.blocks)).toBe(seen(digest.blocks).replaceAll(/\[([USC]\w+)\]/g, '$1'));
    expect(unmentioned?.text).toBe(digest.text);
  });

  it('is nothing where it had none', () => {
    expect(withoutMentions(slackDigest(auditReport({ findings: [finding({ owner: 'x' })] })).digest)).toBeUndefined();
  });
});
