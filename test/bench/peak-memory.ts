import { existsSync, readFileSync } from 'node:fs';

const STATUS = '/proc/self/status';

/**
 * The most memory that this process had so far, in MB. By Linux's own word where there is one: `maxRSS` begins there with what its
 * parent had: "preserved across an execve", https://man7.org/linux/man-pages/man2/getrusage.2.html.
 */
export const peakMemoryMb = (): number => {
  const status = existsSync(STATUS) ? readFileSync(STATUS, 'utf8') : '';
  const [, kilobytes] = /^VmHWM:\s*(\d+) kB$/m.exec(status) ?? [];
  return Number(kilobytes ?? process.resourceUsage().maxRSS) / 1024;
};
