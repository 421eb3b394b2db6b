import { describe, expect, it } from '@jest/globals';
import { keysInTemplate } from '../lambda/repositories/cloudformation.ts';
import { readTerraform, terraformUser } from '../lambda/repositories/terraform.ts';

const terraformKeys = (text: string) => {
  const { users, keys } = readTerraform(text);
  return keys.map(({ user, line }) => [terraformUser(user, users), line]);
};

const resource = (user: string) => `resource "aws_iam_access_key" "x" {\n  user = ${user}\n}\n`;

describe('an access key in Terraform', () => {
  const alice = 'resource "aws_iam_user" "alice_user" {\n  tags = { name = "no" }\n  name = "alice" # the user\n}\n';

  it.each([
    ['"alice"', 'alice'],
    ['aws_iam_user.alice_user.name', 'alice'],
    ['aws_iam_user.alice_user[0].name', 'alice'],
    ['aws_iam_user.alice_user.id', 'alice'],
    [`"\${aws_iam_user.alice_user.name}"`, 'alice'],
    ['aws_iam_user.bob.name', null],
    [`"\${var.prefix}-alice"`, null],
    ['var.user', null],
    ['each.value', null],
    ['""', null],
  ])('of the user %s is of %j', (user, expected) => {
    expect(terraformKeys(`${alice}\n${resource(user)}`)).toEqual([[expected, 6]]);
  });

  it('of a user whose name is an expression is of nobody known', () => {
    const users = `resource "aws_iam_user" "u" {\n  name = "\${var.env}-alice"\n}\n`;
    expect(terraformKeys(users + resource('aws_iam_user.u.name'))).toEqual([[null, 4]]);
  });

  it('is not one in a comment, a text or a here-document', () => {
    const code = resource('"alice"');
    expect(
      terraformKeys(
        `${code.replaceAll(/^/gm, '# ')}\n/*\n${code}*/\nx = <<-EOT\n${code}  EOT\n// ${code.split('\n')[0]}\n`,
      ),
    ).toEqual([]);
  });

  it('takes the argument from its own block', () => {
    const code =
      'resource "aws_iam_access_key" "x" {\n  lifecycle {\n    user = "no"\n  }\n  # user = "no"\n  user    = "alice"\n}\n';
    expect(terraformKeys(`${code}locals {\n  user = "bob"\n}\n`)).toEqual([['alice', 1]]);
  });

  it('with braces in its texts, on one line, or cut off, is read as far as it goes', () => {
    expect(terraformKeys('resource "aws_iam_access_key" "x" {\n  a = "}"\n  user = "alice"\n}')).toEqual([
      ['alice', 1],
    ]);
    expect(terraformKeys('resource "aws_iam_access_key" "x" { user = "alice" }')).toEqual([['alice', 1]]);
    expect(terraformKeys('resource "aws_iam_access_key" "x" {\n  user = "alice"')).toEqual([['alice', 1]]);
  });
});

/** The largest text that is read. A reader that goes back over it would not end within the time of a test, nor of a day. */
const megabyteOf = (text: string): string => text.repeat(Math.ceil(1024 ** 2 / text.length));

describe('Terraform that is hostile, or no Terraform,', () => {
  const head = 'resource "aws_iam_access_key" "x" {\n';
  it.each([
    ['a text without its end', `"${megabyteOf('\\"')}`, 0],
    ['texts without an end', megabyteOf('"a\n'), 0],
    ['comments without an end', megabyteOf('/* '), 0],
    ['here-documents without an end', megabyteOf('<<A\n'), 0],
    ['a here-document of empty lines', `${head}x = <<A\n${megabyteOf('\n')}`, 1],
    ['a here-document of spaces', `x = <<A\n${megabyteOf(' ')}`, 0],
    ['many ends of here-documents', `x = <<A\n${megabyteOf('A A\n')}`, 0],
    ['blocks without an end', megabyteOf(head), Math.ceil(1024 ** 2 / head.length)],
    ['an argument with a gap', `${head}  user = "a"${megabyteOf(' ')}x\n}\n`, 1],
    ['many resources', megabyteOf(`${head}}\n`), Math.ceil(1024 ** 2 / `${head}}\n`.length)],
    ['braces', megabyteOf('{'), 0],
  ])('is read once: %s', (_, text, keys) => {
    expect(readTerraform(text).keys).toHaveLength(keys);
  });

  it('hides nothing that comes after the line with a text without its end, or after a here-document', () => {
    const after = resource('"alice"');
    expect(terraformKeys(`x = "a\n${after}`)).toEqual([['alice', 2]]);
    const inside = `EOTX\nX EOT\nEOT X\n${resource('"bob"')}`;
    expect(terraformKeys(`x = <<-EOT\n${inside}  EOT  \n${after}`)).toEqual([['alice', 9]]);
    expect(terraformKeys(`x = f(<<A, "b")\n/* a\n*/ ${after}`)).toEqual([['alice', 3]]);
  });
});

describe('an access key in CloudFormation', () => {
  const template = (userName: string) => `AWSTemplateFormatVersion: '2010-09-09'
Resources:
  Alice:
    Type: AWS::IAM::User
    Properties:
      UserName: alice
  Nameless:
    Type: AWS::IAM::User
  Key:
    Type: AWS::IAM::AccessKey
    Properties:
      UserName: ${userName}
`;

  it.each([
    ['alice', 'alice'],
    ["'bob'", 'bob'],
    ['!Ref Alice', 'alice'],
    ['{Ref: Alice}', 'alice'],
    ['!Ref Nameless', null],
    ['!Ref UserNameParameter', null],
    [`!Sub "\${AWS::StackName}-alice"`, null],
    ['!GetAtt Alice.Arn', null],
    ['{"Fn::ImportValue": "x"}', null],
    ['', null],
  ])('of the user %s is of %j', (userName, expected) => {
    expect(keysInTemplate(template(userName))).toEqual([{ userName: expected, line: 9 }]);
  });

  it('is found in JSON', () => {
    const resources = {
      Alice: { Type: 'AWS::IAM::User', Properties: { UserName: 'alice' } },
      Key: { Type: 'AWS::IAM::AccessKey', Properties: { UserName: { Ref: 'Alice' } } },
    };
    for (const space of [2, '\t']) {
      expect(keysInTemplate(JSON.stringify({ Resources: resources }, null, space))).toEqual([
        { userName: 'alice', line: 9 },
      ]);
    }
  });

  it('is named where the text is none that can be read, and not where a template only mentions it', () => {
    expect(keysInTemplate('{{ if .x }}\nResources:\n  Key:\n    Type: AWS::IAM::AccessKey\n')).toEqual([
      { userName: null, line: 4 },
    ]);
    expect(keysInTemplate('Description: no AWS::IAM::AccessKey\nResources: {}\n')).toEqual([]);
    expect(keysInTemplate('Description: AWS::IAM::AccessKey\n')).toEqual([]);
  });
});
