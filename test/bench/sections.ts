/** What `npm run bench` shows of each measurement: ratios first, then what they are made of. */
import { type Comparison, LATENCY_MS, totalCalls } from './account-scan.ts';
import type { BundleMeasured } from './lambda-bundle.ts';
import { callsByListing, LIMITS, type LoadMeasured, type LoadScan } from './load.ts';
import type { ReportMeasured } from './report-file.ts';
import type { RepositoriesMeasured } from './repositories.ts';
import { kilobytes, megabytes, percent, ratio, type Section, seconds, section, whole } from './tables.ts';
import type { BenchWorld } from './worlds.ts';

export const worldName = ({ users, age, members }: BenchWorld): string =>
  members === undefined
    ? `${whole(users)} users, ${age === 'old' ? 'older than 90 days' : 'younger than 75 days'}`
    : `${whole(members)} accounts with ${whole(users)} users each`;

export const scanSections = (scans: readonly Comparison[]): Section[] => [
  section(
    [
      `One account, ${LATENCY_MS} ms a call, two keys a user, 5 % of the users need attention.`,
      'Against listing everything (ListUsers, ListAccessKeys of each, GetAccessKeyLastUsed of each key): same SDK settings,',
      'as many users at once. Calls are to IAM; those to STS are apart. Time includes waiting for the report to be generated.',
    ],
    [
      { head: '', cell: ({ what }) => what },
      {
        head: 'calls',
        cell: ({ scan, ours }) => ratio(totalCalls(scan.listEverything), totalCalls(ours), 'fewer', 'more'),
      },
      { head: 'time', cell: ({ scan, ours }) => ratio(scan.listEverything.ms, ours.ms, 'faster', 'slower') },
      { head: 'calls', cell: ({ ours }) => whole(totalCalls(ours)) },
      { head: 'budget', cell: ({ budget }) => whole(budget), detail: true },
      { head: 'listing', cell: ({ scan }) => whole(totalCalls(scan.listEverything)) },
      { head: 'STS', cell: ({ ours }) => whole(ours.stsCalls), detail: true },
      { head: 'time', cell: ({ ours }) => seconds(ours.ms) },
      { head: 'waiting', cell: ({ ours }) => seconds(ours.waitedMs), detail: true },
      { head: 'listing', cell: ({ scan }) => seconds(scan.listEverything.ms) },
      { head: 'findings', cell: ({ scan }) => whole(scan.findings) },
    ],
    scans.flatMap((scan) => [
      { what: worldName(scan.world), scan, ours: scan.keyaudit, budget: scan.budget },
      { what: 'again, with a memory', scan, ours: scan.keyauditAgain, budget: scan.budgetAgain },
    ]),
  ),
];

export const loadSections = (loads: readonly LoadMeasured[]): Section[] => {
  const [first] = loads;
  if (!first) return [];
  const { memoryMb, timeoutMs, heapMb, vcpus } = first.deployed;
  // A run that did not come to its end has no numbers, and is told as failed.
  const rows = loads.flatMap(({ world, scans }) =>
    scans.flatMap((scan, day) =>
      scan
        ? [
            {
              what: day === 0 ? worldName(world) : 'a day later, with a memory',
              ...scan,
              listing: callsByListing(world),
            },
          ]
        : [],
    ),
  );
  return [
    section(
      [
        `The Lambda's bundle with what it is deployed with (${memoryMb} MB, ${timeoutMs / 60_000} minutes), as its schedule starts it: it reads by`,
        `${LATENCY_MS} ms a call, keeps, remembers, and tells Slack and SNS. IAM throttles beyond ${LIMITS.iam.perSecond} calls a second of one operation in one account`,
        `(an assumption: AWS does not publish it), CloudTrail beyond ${LIMITS.cloudtrail.perSecond} (which it does). Two keys a user, 5 % of the users need attention.`,
        'Calls are to AWS, with those that were throttled and repeated; listing everything would make so many to IAM alone.',
      ],
      [
        { head: '', cell: ({ what }) => what },
        { head: 'calls', cell: ({ awsCalls, listing }) => ratio(listing, awsCalls, 'fewer', 'more') },
        { head: `of ${timeoutMs / 60_000} minutes`, cell: ({ ms }) => percent(ms, timeoutMs) },
        { head: 'calls', cell: ({ awsCalls }) => whole(awsCalls) },
        { head: 'listing', cell: ({ listing }) => whole(listing) },
        { head: 'throttled', cell: ({ throttledCalls }) => whole(throttledCalls) },
        ...['iam', 'sts', 'cloudtrail', 's3'].map((service) => ({
          head: service,
          cell: ({ calls }: LoadScan) => whole(calls[service] ?? 0),
          detail: true as const,
        })),
        { head: 'time', cell: ({ ms }) => seconds(ms) },
        { head: 'findings', cell: ({ findings }) => whole(findings) },
        { head: 'CSV rows', cell: ({ csvRows }) => whole(csvRows) },
        { head: 'Slack messages', cell: ({ digests, threadMessages }) => whole(digests + threadMessages) },
        { head: 'SNS messages', cell: ({ published }) => whole(published) },
        { head: 'accounts not read', cell: ({ accountsNotRead }) => whole(accountsNotRead) },
      ],
      rows,
    ),
    section(
      [
        `What the same runs took of its ${memoryMb} MB, of which Node may have ${heapMb} MB of heap, and of the ${vcpus.toFixed(2)} virtual processors that come with them.`,
        "The processor's share is by this machine's processor, which is another.",
      ],
      [
        { head: '', cell: ({ what }) => what },
        { head: 'of the memory', cell: ({ peakMb }) => percent(peakMb, memoryMb) },
        { head: 'of the processor', cell: ({ cpuMs }) => percent(cpuMs, timeoutMs * vcpus) },
        { head: 'peak memory', cell: ({ peakMb }) => megabytes(peakMb) },
        { head: 'processor time', cell: ({ cpuMs }) => seconds(cpuMs) },
      ],
      rows,
    ),
  ];
};

export const reportSections = (reports: readonly ReportMeasured[]): Section[] => [
  section(
    ['A credential report of 5,000 rows, in a fresh process.'],
    [
      { head: '', cell: ({ what }) => what },
      { head: 'time', cell: ({ ms }) => `${whole(ms)} ms` },
      { head: 'peak memory', cell: ({ peakMb }) => megabytes(peakMb) },
      { head: 'before reading', cell: ({ baselineMb }) => megabytes(baselineMb) },
      { head: 'report', cell: ({ bytes }) => kilobytes(bytes), detail: true },
      { head: 'users to look at, findings', cell: ({ result }) => whole(result), detail: true },
    ],
    reports,
  ),
];

export const bundleSections = (bundle: BundleMeasured): Section[] => [
  section(
    ['The Lambda, bundled with everything in it.'],
    [
      { head: '', cell: () => 'lambda/index.ts' },
      { head: 'size', cell: ({ bytes }) => kilobytes(bytes) },
      { head: 'gzipped', cell: ({ gzippedBytes }) => kilobytes(gzippedBytes) },
      { head: 'import', cell: ({ importMs }) => `${whole(importMs)} ms` },
    ],
    [bundle],
  ),
];

export const repositoriesSections = (repositories: readonly RepositoriesMeasured[]): Section[] => {
  const beside = (ours: number, theirs: number | null): string =>
    theirs === null ? 'no rg' : ratio(theirs, ours, 'faster', 'slower');
  return [
    section(
      [
        'Access key ids in repositories, against ripgrep with the same pattern, on all cores and on one. Whole processes.',
      ],
      [
        { head: '', cell: ({ what }) => what },
        { head: 'time', cell: ({ ms, ripgrepMs }) => beside(ms, ripgrepMs) },
        { head: 'on one', cell: ({ ms, ripgrepOneCoreMs }) => beside(ms, ripgrepOneCoreMs) },
        { head: 'time', cell: ({ ms }) => seconds(ms) },
        { head: 'ripgrep', cell: ({ ripgrepMs }) => (ripgrepMs === null ? 'no rg' : seconds(ripgrepMs)) },
        { head: 'on one', cell: ({ ripgrepOneCoreMs: ms }) => (ms === null ? 'no rg' : seconds(ms)) },
        { head: 'peak memory', cell: ({ peakMb }) => megabytes(peakMb) },
        { head: 'files', cell: ({ files }) => whole(files), detail: true },
        { head: 'ids', cell: ({ ids }) => whole(ids), detail: true },
      ],
      repositories,
    ),
  ];
};
