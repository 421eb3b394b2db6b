import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';

/** Access keys that CloudFormation makes: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-accesskey.html */

const ACCESS_KEY = 'AWS::IAM::AccessKey';
const USER = 'AWS::IAM::User';

export const mayBeTemplate = (bytes: Buffer): boolean => bytes.includes(ACCESS_KEY);

/** The keys that a template in YAML or JSON makes, and for which user, where it says that in so many words. */
export const keysInTemplate = (text: string): { userName: string | null; line: number }[] => {
  try {
    return keysInYaml(text);
  } catch {
    // Something else than a template: what makes templates, for example. That it names such a key is worth knowing.
    const at = text.indexOf(ACCESS_KEY);
    return [{ userName: null, line: text.slice(0, at).split('\n').length }];
  }
};

const keysInYaml = (text: string): { userName: string | null; line: number }[] => {
  const lineCounter = new LineCounter();
  const { contents, errors } = parseDocument(text, {
    schema: 'failsafe',
    uniqueKeys: false,
    strict: false,
    prettyErrors: false,
    logLevel: 'silent',
    lineCounter,
  });
  if (errors.length > 0) throw new Error('no YAML');
  const resources = child(contents, 'Resources');
  if (!isMap(resources)) return [];
  const users = new Map(
    resources.items
      .filter(({ value }) => plain(child(value, 'Type')) === USER)
      .map(({ key, value }) => [plain(key), plain(child(child(value, 'Properties'), 'UserName'))]),
  );
  return resources.items.flatMap(({ key, value }) => {
    if (plain(child(value, 'Type')) !== ACCESS_KEY) return [];
    const line = lineCounter.linePos(isScalar(key) ? (key.range?.[0] ?? 0) : 0).line;
    return [{ userName: userName(child(child(value, 'Properties'), 'UserName'), users), line }];
  });
};

/** A name, or the `Ref` to a user of the template that has one. */
const userName = (node: unknown, users: ReadonlyMap<string | null, string | null>): string | null => {
  const reference = isScalar(node) && node.tag === '!Ref' ? String(node.value) : plain(child(node, 'Ref'));
  return reference === null ? plain(node) : (users.get(reference) ?? null);
};

const child = (node: unknown, key: string): unknown => (isMap(node) ? node.get(key, true) : undefined);

/** A text without a tag: `!Sub` and `!ImportValue` stand for something else. */
const plain = (node: unknown): string | null =>
  isScalar(node) && (node.tag === undefined || node.tag === 'tag:yaml.org,2002:str')
    ? String(node.value) || null
    : null;
