import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accountOf, addAccessKey } from '../../simulator/world/build.ts';
import { CONNECTOR_ROLE_NAME, trustPolicy } from '../../simulator/world/policies.ts';
import { launchBrowser } from '../support/browser.ts';
import {
  addConnector,
  CENTRAL_SECURITY,
  DEVELOPMENT,
  editTrustPolicyInAws,
  jsonOn,
  PRODUCTION,
  runNow,
  type Stage,
  settledOn,
  signIn,
  startStage,
} from './stage.ts';

/**
 * Rotating the key of a base account while its connectors run: once without trouble, once with a second key of the same
 * user that Causeway does not know and that somebody has to decide about.
 */

const browser = await launchBrowser();
const MEMBERS = [
  { name: 'Production', accountId: PRODUCTION, externalId: 'production-1' },
  { name: 'Development', accountId: DEVELOPMENT, externalId: 'development-1' },
] as const;
let stage: Stage;

beforeAll(async () => {
  if (!browser) return;
  stage = await startStage(browser, 'rotate-key');
  for (const member of MEMBERS) await addConnector(stage, { ...member, apps: ['cloud-view'] });
  const { accessKeyId, secretAccessKey } = stage.hub;
  for (const { accountId, externalId } of MEMBERS) {
    const policy = trustPolicy({ partition: 'aws', accountIds: [CENTRAL_SECURITY], externalId });
    editTrustPolicyInAws(stage, { accountId, roleName: CONNECTOR_ROLE_NAME, policy });
  }
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
  for (const { name } of MEMBERS) await settledOn(stage, name, CENTRAL_SECURITY);
  await stage.page.goto('/configuration/aws/base-accounts');
  await signIn(stage.page);
  await stage.page.getByRole('link', { name: 'Central Security' }).waitFor();
}, 120_000);
afterAll(async () => {
  await stage?.stop();
  await browser?.close();
}, 60_000);

describe.skipIf(!browser)('rotating the key of a base account', { timeout: 90_000 }, () => {
  test('its page shows how far its connectors are and leads to its credentials', async () => {
    const { page, look } = stage;
    await page.getByRole('link', { name: 'Central Security' }).click();
    await page.getByText('2 of 2 connectors are reached through it.').waitFor();
    await look('base-account');
    await page.getByRole('tab', { name: 'Credentials' }).click();
    await page.getByText('No rotation is under way, and none ended lately.').waitFor();
    await look('credentials');
  });

  test('without the permissions it needs a rotation says so and changes nothing', async () => {
    const { page, look } = stage;
    await start();
    await page.getByText('It waits for you').waitFor();
    await look('not-allowed');
    expect(keys()).toEqual([stage.hub.accessKeyId]);
    await page.getByRole('button', { name: /Give up and stay with key/ }).click();
    await page.getByText('The rotation was given up').waitFor();
  });

  test('with the permissions that the dialog shows it runs to its end, and the connectors run through the new key', async () => {
    const { page, look } = stage;
    await page.getByRole('button', { name: 'Rotate the key' }).click();
    const policy = await jsonOn(page, 'key rotation policy');
    user().inlinePolicies.RotateOwnKey = policy;
    await look('rotation-explained');
    await page.getByRole('button', { name: 'Start' }).click();
    await page.getByText(/Key …\w{4} is in use/).waitFor({ timeout: 60_000 });
    await look('rotation-done');
    const [key, ...others] = keys();
    expect(others).toEqual([]);
    expect(key).not.toBe(stage.hub.accessKeyId);
    await page.getByText(`Key …${key?.slice(-4)} is in use`).waitFor();
    for (const { name } of MEMBERS) await runNow(stage, name);
  });

  test('a second key that Causeway does not know stops it, and is deleted only by whoever types its ending', async () => {
    const { page, look } = stage;
    const [own] = keys();
    const stranger = addAccessKey(stage.simulation.world, CENTRAL_SECURITY, { userName: 'causeway' });
    await start();
    const other = `…${stranger.id.slice(-4)}`;
    await page.getByText(`Delete the user’s other key ${other} in AWS`).waitFor();
    await look('blocked-by-another-key');
    expect(keys()).toEqual([own, stranger.id]);
    const remove = page.getByRole('button', { name: 'Delete the unknown key' });
    expect(await remove.getAttribute('aria-disabled')).toBe('true');
    for (const { name } of MEMBERS) await runNow(stage, name);

    await page.getByLabel(`To confirm, type ${stranger.id.slice(-4)}`).fill(stranger.id.slice(-4));
    await remove.click();
    await page.getByText(/Key …\w{4} is in use/).waitFor({ timeout: 60_000 });
    expect(keys()).toHaveLength(1);
    expect(keys()).not.toContain(own);
    expect(keys()).not.toContain(stranger.id);
    for (const { name } of MEMBERS) await runNow(stage, name);
    await look('decided');
  });
});

async function start(): Promise<void> {
  const { page } = stage;
  await page.getByRole('button', { name: 'Rotate the key' }).click();
  await page.getByRole('button', { name: 'Start' }).click();
}

function user() {
  const found = accountOf(stage.simulation.world, CENTRAL_SECURITY).users.causeway;
  if (!found) throw new Error('the hub has its user');
  return found;
}

/** The IDs of the keys that the hub's user has in AWS. */
function keys(): string[] {
  return user().accessKeys.map(({ id }) => id);
}
