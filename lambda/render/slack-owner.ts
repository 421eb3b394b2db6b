import type {
  KnownBlock,
  RichTextChannelMention,
  RichTextElement,
  RichTextText,
  RichTextUsergroupMention,
  RichTextUserMention,
} from '@slack/types';
import type { Finding } from '../domain/report.ts';
import { label } from './safe-text.ts';
import type { SlackMessage } from './slack-limits.ts';
import { plain } from './slack-rich-text.ts';
import { NO_OWNER } from './wording.ts';

export type Mention = RichTextUserMention | RichTextUsergroupMention | RichTextChannelMention;

/**
 * How the owner of a finding is named: whether it surely has none; the number of the finding beside which it was mentioned already;
 * whether owners are mentioned here at all.
 */
export type OwnerPlace = { ownerless: boolean; ownerAt?: number; mentions: boolean };

const OWNER_LIMIT = 80;

/** `Owner: @alice.`; once mentioned, `Owner: as for 1.`; `No owner.`; nothing where it is not known. */
export const ownerElements = ({ owner }: Finding, place: OwnerPlace): (RichTextText | Mention)[] => {
  if (place.ownerless) return [plain(` ${NO_OWNER}`)];
  if (!owner) return [];
  const mention = place.mentions ? mentionOf(owner) : undefined;
  if (!mention) return [plain(` Owner: ${label(owner, OWNER_LIMIT)}.`)];
  return place.ownerAt === undefined
    ? [plain(' Owner: '), mention, plain('.')]
    : [plain(` Owner: as for ${place.ownerAt}.`)];
};

/**
 * A Slack id. Nearly all have a digit, which no word in capitals has: `SUPPORTTEAM` taken for a user group would mention nobody.
 */
const SLACK_ID = /^(?=.*\d)[A-Z][A-Z0-9]{8,20}$/;

/** The mention of an owner who is a Slack id: of a user (U…, W…), a user group (S…) or a channel (C…, G…). Nothing for any other. */
export const mentionOf = (owner: string): Mention | undefined => {
  if (!SLACK_ID.test(owner)) return undefined;
  if (/^[UW]/.test(owner)) return { type: 'user', user_id: owner };
  if (owner.startsWith('S')) return { type: 'usergroup', usergroup_id: owner };
  return /^[CG]/.test(owner) ? { type: 'channel', channel_id: owner } : undefined;
};

/** The message with its mentions as plain ids, for a Slack that does not know one of them; nothing where there is none. */
export const withoutMentions = ({ text, blocks }: SlackMessage): SlackMessage | undefined => {
  let mentions = 0;
  const asText = (element: RichTextElement): RichTextElement => {
    const id = idOf(element);
    if (id === undefined) return element;
    mentions += 1;
    return plain(id);
  };
  const unmentioned = blocks.map(
    (block): KnownBlock =>
      block.type === 'rich_text'
        ? {
            ...block,
            elements: block.elements.map((part) =>
              part.type === 'rich_text_section' ? { ...part, elements: part.elements.map(asText) } : part,
            ),
          }
        : block,
  );
  return mentions > 0 ? { text, blocks: unmentioned } : undefined;
};

const idOf = (element: RichTextElement): string | undefined => {
  if (element.type === 'user') return element.user_id;
  if (element.type === 'usergroup') return element.usergroup_id;
  return element.type === 'channel' ? element.channel_id : undefined;
};
