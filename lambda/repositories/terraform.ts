/** Access keys that Terraform makes: https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/iam_access_key */

/** What one `.tf` file says. Files of one folder are one module, and see each other's resources. */
export type TerraformFile = {
  /** By label; `null` where the name is an expression. */
  users: ReadonlyMap<string, string | null>;
  keys: { user: string; line: number }[];
};

export const mayBeTerraform = (bytes: Buffer): boolean =>
  bytes.includes('aws_iam_access_key') || bytes.includes('aws_iam_user');

/** The users and access keys of one file, as far as it can be read. In time linear in the text, whatever it is. */
export const readTerraform = (text: string): TerraformFile => {
  const resources = resourcesIn(text);
  return {
    users: new Map(
      resources
        .filter(({ type }) => type === 'aws_iam_user')
        .map(({ label, values }) => [label, literal(values.get('name') ?? '')]),
    ),
    keys: resources
      .filter(({ type }) => type === 'aws_iam_access_key')
      .map(({ values, line }) => ({ user: values.get('user') ?? '', line })),
  };
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

/** A resource, and the expressions that its block gives to arguments of its own, not to those of a block in it. */
type Resource = { type: string; label: string; line: number; values: Map<string, string> };

const HEAD = /^\s*resource\s+"(aws_iam_access_key|aws_iam_user)"\s+"([^"]+)"\s*$/;
const ARGUMENT = /^\s*([\w-]+)\s*=([\s\S]*)$/;

const resourcesIn = (text: string): Resource[] => {
  const found: Resource[] = [];
  /** The blocks around, the innermost last. What else has braces is `undefined`. */
  const around: (Resource | undefined)[] = [];
  for (const { code, end, line } of statementsIn(text)) {
    if (end === '{') {
      const [, type, label] = HEAD.exec(code) ?? [];
      const resource = type && label ? { type, label, line, values: new Map<string, string>() } : undefined;
      if (resource) found.push(resource);
      around.push(resource);
      continue;
    }
    const values = around.at(-1)?.values;
    const [, name, expression = ''] = (values && ARGUMENT.exec(code)) ?? [];
    if (name) values?.set(name, expression.trim());
    if (end === '}') around.pop();
  }
  return found;
};

/**
 * A text in quotes; a comment; a here-document up to the line that ends it; what ends a statement; and all else. Every kind
 * ends where the file does, at the latest: no part of the file is looked at a second time because an end is missing.
 * https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md
 */
const TOKEN =
  /"(?:\\.|[^"\\\n])*"?|(?:#|\/\/)[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|<<[-~]?([\w-]+)\n(?:(?![ \t]*\1[ \t]*(?:\n|$))[^\n]*\n)*|[{}\n]|[^"#/<{}\n]+|[/<]/g;

/** Code up to a brace or the end of a line, without comments and here-documents. `line` is the one on which it ends, from 1. */
function* statementsIn(text: string): Generator<{ code: string; end: string; line: number }> {
  let code = '';
  let line = 1;
  for (const [token] of text.matchAll(TOKEN)) {
    if (/^[{}\n]$/.test(token)) {
      yield { code, end: token, line };
      code = '';
    } else if (!/^(?:#|\/[/*]|<<)/.test(token)) code += token;
    for (let at = token.indexOf('\n'); at >= 0; at = token.indexOf('\n', at + 1)) line++;
  }
  yield { code, end: '', line };
}
