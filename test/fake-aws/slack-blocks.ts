/**
 * What Slack refuses about the blocks of a message, in its words: JSON pointers into what was sent.
 *
 * @see https://docs.slack.dev/reference/block-kit/blocks and the page of each block for its limits
 */

/** The documented limits; only the last two are not Slack's own words. */
export const SLACK_LIMITS = {
  blocks: 50,
  blockId: 255,
  textObject: 3000,
  header: 150,
  fields: 10,
  field: 2000,
  contextElements: 10,
  actions: 25,
  buttonText: 75,
  buttonUrl: 3000,
  imageAltText: 2000,
  markdown: 12_000,
  tableRows: 100,
  tableCells: 20,
  tableCharacters: 10_000,
  /** Not documented: near 13,000 in https://github.com/slackapi/bolt-js/issues/2509 */
  messageCharacters: 13_000,
  /**
   * Not documented either: 15,561 were accepted and 17,694 (only 11,341 of them text) refused in
   * https://github.com/slackapi/bolt-js/issues/2867. What Slack really counts is unknown; tables, which have a limit of their own
   * that allows more, are left out here.
   */
  messageJson: 16_000,
} as const;

type Json = Record<string, unknown>;
/** Adds what is wrong with the value at this pointer. */
type Check = (value: unknown, pointer: string, errors: string[]) => void;

export interface BlocksVerdict {
  /** The `error` of Slack's answer. */
  error?: 'invalid_blocks' | 'invalid_blocks_format' | 'msg_blocks_too_long' | 'invalid_attachments';
  errors: string[];
}

export const checkBlocks = (blocks: unknown): BlocksVerdict => {
  if (!Array.isArray(blocks))
    return { error: 'invalid_blocks_format', errors: ['must be an array [json-pointer:/blocks]'] };
  const errors: string[] = [];
  list(block, 0, SLACK_LIMITS.blocks)(blocks, '/blocks', errors);
  const ids = blocks.flatMap((each: unknown) =>
    isObject(each) && each['block_id'] !== undefined ? [each['block_id']] : [],
  );
  if (new Set(ids).size !== ids.length)
    errors.push('block_id must be unique within the message [json-pointer:/blocks]');
  if (errors.length > 0) return { error: 'invalid_blocks', errors };
  const isTable = (each: unknown): boolean => isObject(each) && each['type'] === 'table';
  const tables = blocks.filter(isTable);
  if (tables.length > 1) return { error: 'invalid_attachments', errors: ['only_one_table_allowed'] };
  const json = JSON.stringify(blocks.filter((each: unknown) => !isTable(each)));
  if (characters(blocks) > SLACK_LIMITS.messageCharacters || json.length > SLACK_LIMITS.messageJson) {
    return { error: 'msg_blocks_too_long', errors: [] };
  }
  return { errors };
};

/** Every character that a reader sees: the strings called `text`, wherever they are. */
export const characters = (value: unknown): number => {
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + characters(item), 0);
  if (!isObject(value)) return 0;
  return Object.entries(value).reduce(
    (sum, [name, content]) =>
      sum + (typeof content === 'string' ? (name === 'text' ? content.length : 0) : characters(content)),
    0,
  );
};

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const complain = (errors: string[], what: string, pointer: string): void =>
  void errors.push(`${what} [json-pointer:${pointer}]`);

const string =
  (shortest: number, longest: number): Check =>
  (value, pointer, errors) => {
    if (typeof value !== 'string') complain(errors, 'must be a string', pointer);
    else if (value.length < shortest) complain(errors, `must be more than ${shortest - 1} characters`, pointer);
    else if (value.length > longest) complain(errors, `must be less than ${longest + 1} characters`, pointer);
  };

const oneOf =
  (...allowed: readonly unknown[]): Check =>
  (value, pointer, errors) => {
    if (!allowed.includes(value)) complain(errors, `must be one of ${allowed.join(', ')}`, pointer);
  };

const bool = oneOf(true, false);

/** An id as Slack writes it, e.g. `U1234ABCD`: its first letter says of what. */
const idOf =
  (letters: string): Check =>
  (value, pointer, errors) => {
    if (typeof value !== 'string' || !new RegExp(`^[${letters}][A-Z0-9]{8,}$`).test(value))
      complain(errors, `must be an id that starts with ${letters.split('').join(' or ')}`, pointer);
  };

const number: Check = (value, pointer, errors) => {
  if (typeof value !== 'number') complain(errors, 'must be a number', pointer);
};

const anything: Check = () => {};

const list =
  (item: Check, fewest: number, most: number): Check =>
  (value, pointer, errors) => {
    if (!Array.isArray(value)) return complain(errors, 'must be an array', pointer);
    if (value.length < fewest) complain(errors, `no fewer than ${fewest} items allowed`, pointer);
    if (value.length > most) complain(errors, `no more than ${most} items allowed`, pointer);
    for (const [index, each] of value.entries()) item(each, `${pointer}/${index}`, errors);
  };

/** An object with these fields and no other; a name that ends in `?` may be missing. */
const shape = (fields: Record<string, Check>): Check => {
  const entries = Object.entries(fields).map(([name, check]) => ({
    name: name.replace('?', ''),
    needed: !name.endsWith('?'),
    check,
  }));
  const known = new Set([...entries.map(({ name }) => name), 'type']);
  return (value, pointer, errors) => {
    if (!isObject(value)) return complain(errors, 'must be an object', pointer);
    for (const name of Object.keys(value))
      if (!known.has(name)) complain(errors, `invalid additional property: ${name}`, pointer);
    for (const { name, needed, check } of entries) {
      if (value[name] !== undefined) check(value[name], `${pointer}/${name}`, errors);
      else if (needed) complain(errors, `missing required field: ${name}`, pointer);
    }
  };
};

const byType =
  (checks: Record<string, Check>): Check =>
  (value, pointer, errors) => {
    const type = isObject(value) ? value['type'] : undefined;
    const check = typeof type === 'string' && Object.hasOwn(checks, type) ? checks[type] : undefined;
    if (check) check(value, pointer, errors);
    else complain(errors, `unsupported type: ${String(type)}`, `${pointer}/type`);
  };

const plainText = (longest: number): Check =>
  byType({ plain_text: shape({ text: string(1, longest), 'emoji?': bool }) });
const text = (longest: number): Check =>
  byType({
    plain_text: shape({ text: string(1, longest), 'emoji?': bool }),
    mrkdwn: shape({ text: string(1, longest), 'verbatim?': bool }),
  });

const image = {
  'image_url?': string(1, 3000),
  'slack_file?': anything,
  alt_text: string(0, SLACK_LIMITS.imageAltText),
};
const button = shape({
  text: plainText(SLACK_LIMITS.buttonText),
  'action_id?': string(1, 255),
  'url?': string(1, SLACK_LIMITS.buttonUrl),
  'value?': string(1, 2000),
  'style?': oneOf('primary', 'danger'),
  'confirm?': anything,
  'accessibility_label?': string(1, 75),
});

const styled = (fields: Record<string, Check>): Check =>
  shape({
    ...fields,
    'style?': shape({
      'bold?': bool,
      'italic?': bool,
      'strike?': bool,
      'code?': bool,
      'underline?': bool,
      'highlight?': bool,
    }),
  });
const mentionStyles = ['bold', 'italic', 'strike', 'highlight', 'client_highlight', 'unlink', 'underline'];
/**
 * Mentions know no `code`: https://docs.slack.dev/reference/block-kit/block-elements/user-element and, for the refusal,
 * https://github.com/soxtoby/SlackNet/issues/196
 */
const mention = (fields: Record<string, Check>): Check =>
  shape({
    ...fields,
    'style?': shape(Object.fromEntries(mentionStyles.map((style) => [`${style}?`, bool]))),
  });
const richTextText = styled({ text: string(1, Number.POSITIVE_INFINITY) });
const richTextLink = styled({ url: string(1, 3000), 'text?': string(1, Number.POSITIVE_INFINITY), 'unsafe?': bool });
const id = string(1, 255);
const richTextElement = byType({
  text: richTextText,
  link: richTextLink,
  emoji: styled({ name: id, 'unicode?': id, 'url?': id, 'skin_tone?': number }),
  user: mention({ user_id: idOf('UW') }),
  usergroup: mention({ usergroup_id: idOf('S') }),
  channel: mention({ channel_id: idOf('CGD') }),
  team: mention({ team_id: idOf('TE') }),
  broadcast: styled({ range: oneOf('here', 'channel', 'everyone') }),
  color: styled({ value: id }),
  date: styled({ timestamp: number, format: id, 'url?': id, 'fallback?': id }),
});
const any = Number.POSITIVE_INFINITY;
const richTextSection = shape({ elements: list(richTextElement, 0, any) });
const richText: Record<string, Check> = {
  'block_id?': string(1, SLACK_LIMITS.blockId),
  elements: list(
    byType({
      rich_text_section: richTextSection,
      rich_text_list: shape({
        elements: list(byType({ rich_text_section: richTextSection }), 0, any),
        style: oneOf('bullet', 'ordered'),
        'indent?': number,
        'offset?': number,
        'border?': number,
      }),
      rich_text_quote: shape({ elements: list(richTextElement, 0, any), 'border?': number }),
      rich_text_preformatted: shape({
        elements: list(byType({ text: richTextText, link: richTextLink }), 0, any),
        'border?': number,
        'language?': id,
      }),
    }),
    0,
    any,
  ),
};

const tableRow = list(
  byType({
    raw_text: shape({ text: string(1, any) }),
    raw_number: shape({ value: number, 'text?': string(1, any) }),
    rich_text: shape(richText),
  }),
  1,
  SLACK_LIMITS.tableCells,
);
const tableShape = shape({
  'block_id?': string(1, SLACK_LIMITS.blockId),
  rows: list(tableRow, 1, SLACK_LIMITS.tableRows),
  'column_settings?': list(
    (value, pointer, errors) => {
      // `null` skips a column.
      if (value !== null)
        shape({ 'align?': oneOf('left', 'center', 'right'), 'is_wrapped?': bool })(value, pointer, errors);
    },
    0,
    SLACK_LIMITS.tableCells,
  ),
});
const table: Check = (value, pointer, errors) => {
  tableShape(value, pointer, errors);
  if (characters(value) > SLACK_LIMITS.tableCharacters)
    complain(errors, `must be less than ${SLACK_LIMITS.tableCharacters + 1} characters`, pointer);
};

const section: Check = (value, pointer, errors) => {
  shape({
    'block_id?': string(1, SLACK_LIMITS.blockId),
    'text?': text(SLACK_LIMITS.textObject),
    'fields?': list(text(SLACK_LIMITS.field), 1, SLACK_LIMITS.fields),
    'accessory?': byType({ button, image: shape(image), overflow: anything, static_select: anything }),
    'expand?': bool,
  })(value, pointer, errors);
  if (isObject(value) && value['text'] === undefined && value['fields'] === undefined)
    complain(errors, 'missing required field: text', pointer);
};

const blockId = { 'block_id?': string(1, SLACK_LIMITS.blockId) };
const block = byType({
  section,
  table,
  header: shape({ ...blockId, text: plainText(SLACK_LIMITS.header), 'level?': number }),
  divider: shape(blockId),
  context: shape({
    ...blockId,
    elements: list(
      byType({
        image: shape(image),
        plain_text: text(SLACK_LIMITS.textObject),
        mrkdwn: text(SLACK_LIMITS.textObject),
      }),
      1,
      SLACK_LIMITS.contextElements,
    ),
  }),
  image: shape({ ...blockId, ...image, 'title?': plainText(2000) }),
  actions: shape({
    ...blockId,
    elements: list(byType({ button, overflow: anything, static_select: anything }), 1, SLACK_LIMITS.actions),
  }),
  rich_text: shape(richText),
  markdown: shape({ ...blockId, text: string(1, SLACK_LIMITS.markdown) }),
});
