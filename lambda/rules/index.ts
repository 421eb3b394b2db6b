import { inactiveKeyKept } from './inactive-key-kept.ts';
import { keyDueSoon } from './key-due-soon.ts';
import { keyOverdue } from './key-overdue.ts';
import { keyUnused } from './key-unused.ts';
import { replacementNotUsed } from './replacement-not-used.ts';
import { rootAccessKey } from './root-access-key.ts';
import type { Rule } from './rule.ts';
import { supersededKeyIdle } from './superseded-key-idle.ts';
import { supersededKeyInUse } from './superseded-key-in-use.ts';

/** Every rule, in the order in which outputs list what they saw on one key. */
export const rules: readonly Rule[] = [
  rootAccessKey,
  keyOverdue,
  supersededKeyInUse,
  replacementNotUsed,
  supersededKeyIdle,
  keyUnused,
  keyDueSoon,
  inactiveKeyKept,
];
