import { describe, expect, it } from '@jest/globals';
import { belowHieradata, placeOf } from '../lambda/repositories/place.ts';

describe('the path of a hieradata file', () => {
  it.each([
    ['puppet/hieradata/production_credentials.yaml', { environment: 'production', namespace: 'puppet' }],
    ['puppet_aws/hieradata/production_credentials.yaml', { environment: 'production', namespace: 'puppet_aws' }],
    [
      'puppet_aws/hieradata/apps/production_credentials.yaml',
      { environment: 'production', namespace: 'puppet_aws apps' },
    ],
    [
      'puppet_aws/hieradata/production_apps_credentials.yaml',
      { environment: 'production', namespace: 'puppet_aws apps' },
    ],
    ['puppet/hieradata/common.yaml', { environment: 'common', namespace: 'puppet' }],
    ['puppet/hieradata/staging/common.yaml', { environment: 'staging', namespace: 'puppet common' }],
    ['hieradata_aws/class/staging/backend.yaml', { environment: 'staging', namespace: 'aws class backend' }],
    ['hieradata/production/test.eyaml', { environment: 'test', namespace: 'production' }],
    ['hieradata/integration.yaml', { environment: 'integration' }],
    ['apps.yaml', { namespace: 'apps' }],
    ['credentials.yaml', {}],
    ['puppet/apps/apps_staging.yaml', { environment: 'staging', namespace: 'puppet apps' }],
    ['.hidden/staging.yaml', { environment: 'staging', namespace: '.hidden' }],
  ])('%s', (file, expected) => {
    expect(placeOf(file)).toEqual(expected);
  });

  it('is below a folder named hieradata, which may be the one that is searched', () => {
    expect(belowHieradata('/repos/govuk', 'puppet/hieradata_aws/a.yaml')).toBe(true);
    expect(belowHieradata('/repos/hieradata', 'a.yaml')).toBe(true);
    expect(belowHieradata('/repos/govuk', 'hieradata.yaml')).toBe(false);
    expect(belowHieradata('/hieradata/govuk', 'a.yaml')).toBe(false);
  });
});
