import pc from 'picocolors';

/** Slack's blocks as a person would see them, roughly, on a terminal. */
export const viewBlocks = (blocks: readonly unknown[]): string =>
  blocks.map((block) => viewBlock(node(block))).join('\n\n');

/** Any object of Block Kit: https://docs.slack.dev/reference/block-kit/blocks/ */
type Node = {
  type?: string;
  text?: string | Node;
  url?: string;
  style?: string | { bold?: boolean; code?: boolean; italic?: boolean };
  elements?: Node[];
  rows?: Node[][];
  user_id?: string;
  usergroup_id?: string;
  channel_id?: string;
};

const node = (value: unknown): Node => (typeof value === 'object' && value !== null ? value : {});

const viewBlock = (block: Node): string => {
  switch (block.type) {
    case 'header':
      return pc.bold(pc.underline(inline(node(block.text))));
    case 'divider':
      return pc.dim('─'.repeat(80));
    case 'rich_text':
      return (block.elements ?? []).map(viewRichText).join('\n');
    case 'table':
      return viewTable(block.rows ?? []);
    case 'context':
      return pc.dim((block.elements ?? []).map(inline).join(' '));
    default:
      return inline(node(block.text));
  }
};

const viewRichText = (element: Node): string => {
  const inner = (element.elements ?? []).map(inline).join('');
  if (element.type !== 'rich_text_preformatted') return inner;
  return inner
    .split('\n')
    .map((line) => pc.cyan(`    ${line}`))
    .join('\n');
};

const inline = (element: Node): string => {
  const mentioned = element.user_id ?? element.usergroup_id;
  if (mentioned) return pc.blue(`@${mentioned}`);
  if (element.channel_id) return pc.blue(`#${element.channel_id}`);
  const text = typeof element.text === 'string' ? element.text : (element.elements ?? []).map(inline).join('');
  const shown = element.type === 'link' ? pc.underline(text || (element.url ?? '')) : text;
  const style = typeof element.style === 'object' ? element.style : {};
  return style.bold ? pc.bold(shown) : style.code ? pc.cyan(shown) : shown;
};

const viewTable = (rows: readonly Node[][]): string => {
  const cells = rows.map((row) => row.map(inline));
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
  return cells
    .map((row, at) => {
      const line = row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd();
      return at === 0 ? pc.bold(line) : line;
    })
    .join('\n');
};
