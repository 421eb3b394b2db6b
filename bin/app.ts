import { App } from 'aws-cdk-lib/core';
import { SettingsError } from '../lambda/settings.ts';
import { AuditedAccountStack } from '../lib/audited-account-stack.ts';
import { AuditorStack } from '../lib/auditor-stack.ts';
import { settingsFromContext } from '../lib/context-settings.ts';

/** The CDK app: the context's settings, and the stacks that they ask for. */

const app = new App({ analyticsReporting: false });
try {
  const settings = settingsFromContext(app.node);
  new AuditorStack(app, 'keyaudit', { settings });
  if (settings.accounts !== 'self') new AuditedAccountStack(app, 'keyaudit-audited-account', { settings });
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  console.error(error.message);
  process.exit(1);
}
