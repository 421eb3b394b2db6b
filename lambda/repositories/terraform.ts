/** Access keys that Terraform makes: https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/iam_access_key */

/** What one `.tf` file says. Files of one folder are one module, and see each other's resources. */
export type TerraformFile = {
  /** By label; `null` where the name is an expression. */
  users: ReadonlyMap<string, string | null>;
  keys: { user: string; line: number }[];
};

export const mayBeTerraform = (bytes: Buffer): boolean =>
  bytes.includes('aws_iam_access_key') || bytes.includes('aws_iam_user');

const RESOURCE = /\bresource\s+"(aws_iam_access_key|aws_iam_user)"\s+"([^"\n]+)"\s*\{/g;

export const readTerraform = (text: string): TerraformFile => {
  const code = withoutComments(text);
  const users = new Map<string, string | null>();
  const keys: TerraformFile['keys'] = [];
  for (const { 0: head, 1: type, 2: label = '', index } of code.matchAll(RESOURCE)) {
    const body = bodyAt(code, index + head.length);
    if (type === 'aws_iam_user') users.set(label, literal(argument(body, 'name')));
    else keys.push({ user: argument(body, 'user'), line: code.slice(0, index).split('\n').length });
  }
  return { users, keys };
};

/** The user's name, where the code says it in so many words: by itself, or as the name of a user of the same module. */
export const terraformUser = (user: string, users: ReadonlyMap<string, string | null>): string | null => {
  const reference = /^(?:"\$\{\s*)?aws_iam_user\.([\w-]+)(?:\[[^\]]*\])?\.(?:name|id)(?:\s*\}")?$/.exec(user)?.[1];
  return reference === undefined ? literal(user) : (users.get(reference) ?? null);
};

const literal = (expression: string): string | null => {
  const value = /^"((?:[^"\\$%]|\$(?!\{)|%(?!\{))*)"$/.exec(expression)?.[1];
  return value || null;
};

/** The expression that a block gives to an argument of its own, not to one of a block in it; `''` where none. */
const argument = (body: string, name: string): string => {
  let depth = 0;
  for (const line of body.split('\n')) {
    const expression = depth === 0 ? new RegExp(`^\\s*${name}\\s*=\\s*(.+?)\\s*$`).exec(line)?.[1] : undefined;
    if (expression !== undefined) return expression;
    depth += bracesIn(line);
  }
  return '';
};

/** What is between the brace before `from` and the one that closes it. */
const bodyAt = (code: string, from: number): string => {
  let depth = 1;
  for (const { 0: token, index } of code.slice(from).matchAll(/"(?:\\.|[^"\\\n])*"|[{}]/g)) {
    if (token === '{') depth++;
    if (token === '}') depth--;
    if (depth === 0) return code.slice(from, from + index);
  }
  return code.slice(from);
};

const bracesIn = (line: string): number => {
  const code = line.replaceAll(/"(?:\\.|[^"\\])*"/g, '');
  return code.split('{').length - code.split('}').length;
};

/** Comments and here-documents become empty lines, so that what is in them is no code and lines keep their number. */
const withoutComments = (text: string): string =>
  text.replaceAll(
    /"(?:\\.|[^"\\\n])*"|#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/|<<[-~]?(\w+)\n[\s\S]*?\n\s*\1\b/g,
    (found) => (found.startsWith('"') ? found : found.replaceAll(/[^\n]/g, '')),
  );
