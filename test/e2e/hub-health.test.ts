import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accountOf } from '../../simulator/world/build.ts';
import { CONNECTOR_ROLE_NAME, trustPolicy } from '../../simulator/world/policies.ts';
import { launchBrowser } from '../support/browser.ts';
import {
  addConnector,
  CENTRAL_SECURITY,
  DEVELOPMENT,
  editTrustPolicyInAws,
  jsonOn,
  PLATFORM,
  PRODUCTION,
  type Stage,
  settledOn,
  signIn,
  startStage,
} from './stage.ts';

/** What a base account's identity may do, as its owner finds it out and mends it. */

const browser = await launchBrowser();
const MEMBERS = [
  // Its role goes on trusting the hub that it came from.
  { name: 'Production', accountId: PRODUCTION, externalId: 'production-1', trusts: [CENTRAL_SECURITY, PLATFORM] },
  { name: 'Development', accountId: DEVELOPMENT, externalId: 'development-1', trusts: [CENTRAL_SECURITY] },
] as const;
let stage: Stage;

beforeAll(async () => {
  if (!browser) return;
  stage = await startStage(browser, 'hub-health');
  for (const { name, accountId, externalId, trusts } of MEMBERS) {
    await addConnector(stage, { name, accountId, externalId, apps: ['cloud-view'] });
    const policy = trustPolicy({ partition: 'aws', accountIds: [...trusts], externalId });
    editTrustPolicyInAws(stage, { accountId, roleName: CONNECTOR_ROLE_NAME, policy });
  }
  const { accessKeyId, secretAccessKey } = stage.hub;
  const created = await stage.client.call('createBaseAccount', {
    body: {
      title: 'Central Security',
      accountType: 'global',
      accountId: CENTRAL_SECURITY,
      accessKeyId,
      secretAccessKey,
    },
  });
  if (!created.ok) throw new Error(JSON.stringify(created));
  for (const { name } of MEMBERS) {
    await settledOn(stage, name, CENTRAL_SECURITY);
    // A check reads the trust policy as it is now.
    const found = await stage.client.call('listConnectors', { query: { search: name } });
    const id = found.ok ? (found.value.items[0]?.id ?? '') : '';
    await stage.client.call('checkConnector', { params: { id } });
  }
  await stage.page.goto(`/configuration/aws/base-accounts/${created.value.id}?tab=health`);
  await signIn(stage.page);
}, 120_000);
afterAll(async () => {
  await stage?.stop();
  await browser?.close();
}, 60_000);

describe.skipIf(!browser)('the health of a hub', { timeout: 90_000 }, () => {
  test('what it may not ask is unknown, and not fine', async () => {
    const { page, look } = stage;
    await page.getByRole('heading', { name: 'May it assume the roles?' }).waitFor();
    await page.getByText('2 of 2 let it in').waitFor();
    await expect.poll(() => page.getByText('Unknown', { exact: true }).count()).toBe(2);
    expect(await page.getByText('Nothing was found that should be mended').count()).toBe(0);
    await look('not-allowed-to-ask');
  });

  test('with the permissions it names it is known, and the policy to attach is what it needs', async () => {
    const { page, look } = stage;
    await page.getByRole('button', { name: 'Permissions with which it can be known' }).first().click();
    user().inlinePolicies.SelfManagement = await jsonOn(page, 'permissions to add');
    user().inlinePolicies.AssumeRoles = await jsonOn(page, 'hub policy');
    await page.getByRole('button', { name: 'Ask again' }).click();
    await page.getByText('2 of 2 allowed').waitFor();
    await page.getByText('IAM knows of none').waitFor();
    await look('known');
  });

  test('a role that still trusts the hub that its connector came from is named', async () => {
    const { page } = stage;
    const table = page.getByRole('table', { name: 'Roles that trust a retired hub' });
    await table.getByRole('row', { name: new RegExp(`Production.*Platform account ${PLATFORM}`) }).waitFor();
    expect(await table.getByRole('row', { name: /Development/ }).count()).toBe(0);
  });

  test('a right that a hub should not have is found with what it is good for', async () => {
    const { page, look } = stage;
    user().inlinePolicies.Admin = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
    };
    await page.getByRole('button', { name: 'Ask again' }).click();
    const rights = page.getByRole('table', { name: 'Rights it should not have' });
    await rights.getByText('iam:CreateAccessKey').waitFor();
    await page
      .getByText(/\(high\)/)
      .first()
      .waitFor();
    await look('too-mighty');
  });
});

function user() {
  const found = accountOf(stage.simulation.world, CENTRAL_SECURITY).users.causeway;
  if (!found) throw new Error('the hub has its user');
  return found;
}
