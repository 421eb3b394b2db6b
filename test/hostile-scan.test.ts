import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import pc from 'picocolors';
import { render } from '../bin/formats.ts';
import type { AuditReport, Finding } from '../lambda/domain/report.ts';
import { label } from '../lambda/render/safe-text.ts';
import { embeddedAws, scan } from './embedded.ts';
import { exampleKeyId, HUB_ACCOUNT_ID } from './fake-aws/index.ts';
import { RUNBOOK } from './full-report.ts';
import { asWorld, type HostileUser, type HostileWorld, hostileWorld, intendedFor, scans } from './hostile-world.ts';
import { aliveInOutputs } from './inert/outputs.ts';
import { accountMemory, rememberedFinding } from './memory-builders.ts';
import { parsed, textOf } from './parsed-html.ts';

jest.setTimeout(60_000);

const settings = {
  accounts: { organization: {} },
  productionAccounts: [HUB_ACCOUNT_ID],
  runbookUrl: RUNBOOK,
  slack: { onCall: '#2ndline' },
};

/** The audit of such a world, as every shell of ours runs it. */
const audited = async (hostile: HostileWorld): Promise<AuditReport> => {
  const aws = await embeddedAws({ world: asWorld(hostile) });
  for (const fault of hostile.faults) aws.faults.add(fault);
  const gone = rememberedFinding({ userName: hostile.gone, accessKeyId: exampleKeyId(999) });
  const recall = async (accountId: string) => JSON.stringify(accountMemory({ accountId, findings: [gone] }));
  const report = await scan({ settings, history: { recall } });
  await aws.close();
  return report;
};

describe('a scan of accounts in which everything has a hostile name', () => {
  it('is told in every output without anything coming alive', async () => {
    await fc.assert(
      fc.asyncProperty(hostileWorld, async (hostile) => {
        const report = await audited(hostile);
        expect(aliveInOutputs(report, intendedFor(hostile))).toEqual({});
      }),
      scans(25),
    );
  });

  it('is told in JSON with every name as it is, and in HTML with every name to read', async () => {
    await fc.assert(
      fc.asyncProperty(hostileWorld, async (hostile) => {
        const report = await audited({ ...hostile, faults: [] });
        const json = Buffer.from(render(report, 'json', pc.createColors(false))).toString();
        const told = JSON.parse(json) as AuditReport;
        expect(told).toEqual(report);
        const all = [...told.findings, ...told.exempt];
        expect(all.map(namesIn)).toEqual(all.map((finding) => namesOf(finding, hostile)));
        const page = seenIn(render(report, 'html', pc.createColors(false)));
        for (const { userName } of all) expect(page).toContain(visible(label(userName, 64)));
      }),
      scans(15),
    );
  });
});

/** The names that a finding repeats. */
const namesIn = ({ userName, account, accessKeyId, lastUsed, description }: Finding) => ({
  userName,
  account: account.name,
  accessKeyId,
  ...(lastUsed.state === 'used' && { service: lastUsed.serviceName, region: lastUsed.region }),
  description,
});

/** The same as the world has them. */
const namesOf = ({ accessKeyId, account }: Finding, { users, names }: HostileWorld) => {
  const isOf = ({ keys = [] }: HostileUser) => keys.some((key) => key.accessKeyId === accessKeyId);
  const user = users.flat().find(isOf)!;
  const { lastUsed } = user.keys!.find((key) => key.accessKeyId === accessKeyId)!;
  return {
    userName: user.userName,
    account: names[account.id === HUB_ACCOUNT_ID ? 0 : 1],
    accessKeyId,
    ...(lastUsed && { service: lastUsed.service, region: lastUsed.region }),
    description: user.tags[accessKeyId ?? ''] || undefined,
  };
};

const seenIn = (html: string): string =>
  visible(
    parsed(html)
      .elements.filter(({ tagName }) => tagName === 'bdi')
      .map(textOf)
      .join('\n'),
  );

/** Noncharacters are no text in HTML. */
const visible = (text: string): string => text.replaceAll(/\p{Noncharacter_Code_Point}/gu, '\uFFFD');
