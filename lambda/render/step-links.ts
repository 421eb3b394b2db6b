import { oneLine } from './safe-text.ts';

export type Link = { name: string; url: URL };

/**
 * A step without the addresses that end it, and these: of the console, and of the team's runbook. Only they become links: an address
 * anywhere before them may come from a tag, which is other people's text.
 */
export const withoutLinks = (step: string): { prose: string; links: Link[] } => {
  const text = oneLine(step);
  const [ending = '', console, runbook] =
    /(?:(?:^| )Console: (https:\/\/\S+))?(?:(?:^| )Runbook: (https:\/\/\S+))?$/.exec(text) ?? [];
  const links = [
    ['Console', console],
    ['Runbook', runbook],
  ].flatMap(([name = '', address]): Link[] =>
    address && URL.canParse(address) ? [{ name, url: new URL(address) }] : [],
  );
  return links.length === 0 ? { prose: text, links } : { prose: text.slice(0, text.length - ending.length), links };
};
