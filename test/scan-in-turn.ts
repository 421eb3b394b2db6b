import { scanCommand } from '../bin/commands/scan.ts';

/** A process of its own: `keyaudit scan` once for each list of arguments in SCANS, which is JSON. */

const scans = JSON.parse(process.env['SCANS'] ?? '[]') as string[][];
for (const args of scans) await scanCommand({ clock: () => new Date() }).parseAsync(args, { from: 'user' });
