/** Secrets as they may turn up in what a program leaves: as they are, or in the usual clothes. */

/** Base64 of the text wherever it begins within what is encoded, without the characters that its neighbours have a share in. */
const inBase64 = (text: string): string[] =>
  [0, 1, 2].map((before) =>
    Buffer.from(' '.repeat(before) + text)
      .toString('base64')
      .slice(before === 0 ? 0 : before + 1, -4),
  );

const formsOf = (secret: string): string[] => [
  secret,
  encodeURIComponent(secret),
  JSON.stringify(secret).slice(1, -1),
  JSON.stringify(secret).slice(1, -1).replaceAll('/', '\\/'),
  ...inBase64(secret),
  ...inBase64(secret).map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
];

/** Which of the secrets, by their names, the text has in any form. */
export const secretsIn = (text: string, secrets: Readonly<Record<string, string>>): string[] =>
  Object.entries(secrets).flatMap(([name, secret]) =>
    formsOf(secret).some((form) => text.includes(form)) ? [name] : [],
  );
