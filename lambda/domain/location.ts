/** A place in a repository where an access key id stands, or what makes use of one that stands elsewhere. */
export type RepositoryPlace = {
  /** The folder that was searched, as the caller named it. */
  repository: string;
  /** Relative to it, with `/`. */
  file: string;
  /** From 1; `null` in a binary file. */
  line: number | null;
  /** The full Hiera key, with the steps into hashes and lists: `govuk::apps::support::env.AWS_KEY`. */
  hieraKey?: string;
  /** What the path says: `production`; `puppet_aws apps`. */
  environment?: string;
  namespace?: string;
};

/** What one locator says of one key. Its strings are other people's text: outputs make them safe. */
export type KeyLocation = {
  /** The locator's id. */
  source: string;
  /**
   * `seen`: the key is used there, or said to be. `nothing-seen`: looked, and saw nothing, which is no proof.
   * `to-check`: no program can look there, a person has to.
   */
  state: 'seen' | 'nothing-seen' | 'to-check';
  text: string;
  /** Who used it, by IP address and user agent: kept out of Slack and SNS unless the settings show it. */
  usage?: string;
  /** Of a repository: whether the id stands there encrypted, and the Hiera key or anchor it comes from, where it does not stand there. */
  place?: RepositoryPlace & { encrypted?: boolean; via?: string };
};
