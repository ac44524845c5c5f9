import { readFile } from 'node:fs/promises';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { addAccount } from '../../simulator/world/build.ts';
import { CONNECTOR_ROLE_NAME, readPolicy, trustPolicy } from '../../simulator/world/policies.ts';
import { launchBrowser } from '../support/browser.ts';
import {
  CENTRAL_SECURITY,
  createRoleInAws,
  editTrustPolicyInAws,
  PLATFORM,
  type Stage,
  signIn,
  startStage,
} from './stage.ts';

/**
 * A base account is created over twelve connectors that work: some of their roles trust it already, the others are edited
 * while somebody watches. Each moves by itself, and no run fails.
 */

const browser = await launchBrowser();
const MEMBERS = Array.from({ length: 12 }, (_, index) => {
  const number = String(index + 1).padStart(2, '0');
  return { name: `Member ${number}`, accountId: `4000000000${number}`, externalId: `member-${number}-b7Qk2LxVd9` };
});
const READY = MEMBERS.slice(0, 4);
const EDITED_FIRST = MEMBERS.slice(4, 9);
const EDITED_LAST = MEMBERS.slice(9);
let stage: Stage;

beforeAll(async () => {
  if (!browser) return;
  stage = await startStage(browser, 'trust-migration');
  for (const member of MEMBERS) await addMember(member, READY.includes(member) ? [CENTRAL_SECURITY] : []);
  await vi.waitFor(async () => expect(await statesOfConnectors()).toEqual(MEMBERS.map(() => 'ok')), 60_000);
  await stage.page.goto('/configuration/aws/trust-migrations');
  await signIn(stage.page);
}, 150_000);
afterAll(async () => {
  await stage?.stop();
  await browser?.close();
}, 60_000);

describe.skipIf(!browser)('a base account over twelve connectors', { timeout: 120_000 }, () => {
  test('before it, every connector is on target: the platform account', async () => {
    const { page, look } = stage;
    await page.getByText('All 12 connectors are on target').waitFor();
    await page.getByText(`Platform account ${PLATFORM}`).first().waitFor();
    await look('all-on-the-platform-account');
    await page.getByText('China (0)').click();
    await page.getByText('There are no connectors of this account type').waitFor();
    await look('no-connectors');
  });

  test('after its creation those whose roles trust it move by themselves, and the others say what is missing', async () => {
    const { page, look, hub } = stage;
    await page.goto('/configuration/aws/base-accounts/create');
    await page.getByRole('textbox', { name: 'Title' }).fill('Central Security');
    await page.getByLabel('AWS account ID').fill(CENTRAL_SECURITY);
    await page.getByLabel('Access key ID').fill(hub.accessKeyId);
    await page.getByLabel('Secret access key').fill(hub.secretAccessKey);
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await page.getByText('Base account “Central Security” was created').waitFor();
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.getByRole('heading', { name: 'Connectors (12)' }).waitFor();
    await page.getByRole('heading', { name: 'Needs attention (8)' }).waitFor({ timeout: 45_000 });
    await page.getByRole('link', { name: /of 12 connectors on target/ }).click();
    await page.getByText('4 of 12', { exact: true }).waitFor({ timeout: 45_000 });
    await page.getByRole('link', { name: '8 Refused' }).waitFor();
    await look('four-moved-by-themselves');

    await page.getByRole('link', { name: '8 Refused' }).click();
    await page.getByRole('heading', { name: 'Connectors: refused (8)' }).waitFor();
    expect(new URL(page.url()).searchParams.get('state')).toBe('refused');
    await page.getByRole('row', { name: /Member 05.*Refused.*Platform 999999999999/ }).waitFor();
    await page.getByRole('searchbox', { name: 'Find connectors' }).fill('400000000007');
    await page.getByRole('row', { name: /Member 07/ }).waitFor();
    await page.getByRole('row', { name: /Member 05/ }).waitFor({ state: 'hidden' });
    await look('refused-ones');
  });

  test('one of them opens beside the list, and is checked there', async () => {
    const { page, look } = stage;
    await page.getByRole('link', { name: 'Member 07' }).click();
    await page.getByRole('heading', { name: 'The change' }).waitFor();
    await page.getByRole('region', { name: 'change of the trust policy' }).waitFor();
    await look('beside-the-list');
    await page.getByRole('button', { name: 'Check now: Member 07' }).click();
    await page.getByText('“Member 07” works, still through platform account 999999999999').waitFor();
    await look('checked-beside-the-list');
    await page.getByRole('button', { name: 'Dismiss: “Member 07” works' }).click();
    await page.getByRole('button', { name: 'Close panel' }).click();
    await page.getByRole('heading', { name: 'The change' }).waitFor({ state: 'hidden' });
    expect(new URL(page.url()).searchParams.get('search')).toBe('400000000007');
  });

  test('the edits of all are downloaded at once, and say what they leave out', async () => {
    const { page, look } = stage;
    await page.goto('/configuration/aws/trust-migrations/global');
    const dialog = page.getByRole('dialog', { name: 'Download edits for Global' });
    await page.getByRole('button', { name: 'Download edits' }).click();
    await dialog.getByText('1 file to edit 8 roles.').waitFor();
    await look('edits');
    const script = await saved(dialog.getByRole('button', { name: 'Save the file' }));
    for (const { accountId } of [...EDITED_FIRST, ...EDITED_LAST]) expect(script).toContain(accountId);
    for (const { accountId } of READY) expect(script).not.toContain(accountId);
    await page.getByText('The edits of 8 roles were saved').waitFor();

    await page.getByRole('button', { name: 'Download edits' }).click();
    await dialog.getByLabel('CloudFormation', { exact: true }).check();
    await dialog.getByText('8 files to edit 8 roles.').waitFor();
    await dialog.getByLabel('CloudFormation StackSet').check();
    await dialog.getByText('8 roles left out').waitFor();
    const nothing = dialog.getByRole('button', { name: 'Save the file' });
    expect(await nothing.getAttribute('aria-disabled')).toBe('true');
    await look('edits-with-roles-left-out');
    await dialog.getByLabel('Terraform').check();
    const archive = await saved(dialog.getByRole('button', { name: 'Save 9 files as ZIP' }));
    expect(archive).toMatch(/^PK/);
    expect(archive).toContain(`import/${EDITED_LAST[0]?.accountId}/causeway-trust.tf.json`);
  });

  test('re-check all moves those that were edited, and shows how far it is', async () => {
    const { page, look } = stage;
    for (const member of EDITED_FIRST) admitBoth(member);
    await page.getByRole('button', { name: 'Re-check all' }).click();
    await page
      .getByText(/\d+ of 12 checked|Last re-check: all 12 checked/)
      .first()
      .waitFor();
    await look('re-check-under-way');
    await page.getByText('Last re-check: all 12 checked').waitFor({ timeout: 45_000 });
    await page.getByText(/9 accepted .*3 refused, 0 without an answer, 0 calls throttled/).waitFor();
    await page.getByText('9 of 12', { exact: true }).waitFor();
    await page.getByRole('link', { name: '3 Refused' }).waitFor();
    await look('nine-on-target');
  });

  test('once the last are edited all are on target, and no run has failed on the way', async () => {
    const { page, look } = stage;
    for (const member of EDITED_LAST) admitBoth(member);
    await page.getByRole('button', { name: 'Re-check all' }).click();
    await page.getByText('All 12 connectors are on target').waitFor({ timeout: 45_000 });
    await look('all-on-the-base-account');
    expect(await failedRuns()).toEqual([]);
    expect(await statesOfConnectors()).toEqual(MEMBERS.map(() => 'ok'));
  });
});

/** What the browser saves when the button is pressed. */
async function saved(button: Locator): Promise<string> {
  const download = stage.page.waitForEvent('download');
  await button.click();
  return await readFile(await (await download).path(), 'utf8');
}

type Member = (typeof MEMBERS)[number];

/** A role that trusts the platform account and `others`, and its connector, which reads one region. */
async function addMember({ name, accountId, externalId }: Member, others: readonly string[]): Promise<void> {
  addAccount(stage.simulation.world, { id: accountId, name });
  createRoleInAws(stage, {
    accountId,
    name: CONNECTOR_ROLE_NAME,
    trustPolicy: trustPolicy({ partition: 'aws', accountIds: [PLATFORM, ...others], externalId }),
    permissionsPolicy: readPolicy(),
  });
  const roleArn = `arn:aws:iam::${accountId}:role/${CONNECTOR_ROLE_NAME}`;
  const created = await stage.client.call('createConnector', {
    body: { name, accountType: 'global', roleArn, externalId, regions: ['us-east-1'] },
  });
  if (!created.ok) throw new Error(JSON.stringify(created));
}

/** As whoever looks after the account would, with the edit that admits both hubs. */
function admitBoth({ accountId, externalId }: Member): void {
  const policy = trustPolicy({ partition: 'aws', accountIds: [PLATFORM, CENTRAL_SECURITY], externalId });
  editTrustPolicyInAws(stage, { accountId, roleName: CONNECTOR_ROLE_NAME, policy });
}

async function connectors() {
  const listed = await stage.client.call('listConnectors', { query: {} });
  if (!listed.ok) throw new Error(JSON.stringify(listed));
  return listed.value.items;
}

async function statesOfConnectors(): Promise<string[]> {
  return (await connectors()).map(({ state }) => (state === 'queued' || state === 'running' ? 'ok' : state));
}

async function failedRuns(): Promise<unknown[]> {
  const failed: unknown[] = [];
  for (const { id } of await connectors()) {
    const runs = await stage.client.call('listRuns', { params: { id }, query: {} });
    if (!runs.ok) throw new Error(JSON.stringify(runs));
    failed.push(...runs.value.items.filter(({ state }) => state === 'failed'));
  }
  return failed;
}
