import { reasonOf } from '../lambda/domain/failure.ts';
import { indentedLines } from '../lambda/render/safe-text.ts';
import { SettingsError } from '../lambda/settings.ts';
import { UsageError } from './exit-codes.ts';

/** Whether it is a mistake of the caller, which is told in its own words. */
export const isMistake = (error: unknown): error is Error =>
  error instanceof UsageError || error instanceof SettingsError;

/** What a person is told of an error, on stderr. Either way it repeats names and messages that are other people's text. */
export const explanation = (error: unknown): string =>
  `keyaudit: ${isMistake(error) ? indentedLines(error.message) : reasonOf(error)}`;
