/** The bot token that a person or script put into the environment; `undefined` where there is none. Throws where it holds something else. */
export const slackTokenFrom = ({ SLACK_TOKEN: token }: { SLACK_TOKEN?: string | undefined }): string | undefined => {
  if (!token?.trim()) return undefined;
  if (token.trim().startsWith('xox')) return token.trim();
  throw new Error('SLACK_TOKEN holds no token: put a bot token (xoxb-…) into SLACK_TOKEN');
};
