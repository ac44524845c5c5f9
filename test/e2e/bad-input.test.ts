import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { CENTRAL_SECURITY, DEVELOPMENT, PRODUCTION, type Stage, signIn, startStage } from './stage.ts';

/** What people type wrongly, and what the screens say about it at the place where it is wrong. */

const browser = await launchBrowser();
let stage: Stage;

beforeAll(async () => {
  if (browser) stage = await startStage(browser, 'bad-input');
}, 120_000);
afterAll(async () => {
  await stage?.stop();
  await browser?.close();
}, 60_000);

describe.skipIf(!browser)('bad input is answered where it stands', { timeout: 60_000 }, () => {
  test('a wrong password says so, without telling which of the two is wrong', async () => {
    const { page, look } = stage;
    await page.goto('/configuration/aws/base-accounts/create');
    await signIn(page, 'admin', 'not the password');
    await page.getByText('User name or password is wrong').first().waitFor();
    await look('wrong-password');
    await signIn(page);
    await page.getByRole('heading', { name: 'Create base account' }).waitFor();
  });

  test('an account ID with hyphens is refused before AWS is asked, with the ID as it should be', async () => {
    const { look } = stage;
    await fillBaseAccount({ accountId: '1111-1111-1111' });
    await expectAt('AWS account ID', 'write 111111111111');
    await look('account-id-with-hyphens');
  });

  test('a wrong secret is told at its field, with the request id of AWS, and can be saved unverified', async () => {
    const { page, look } = stage;
    await fillBaseAccount({ secret: 'wrong'.repeat(8) });
    await page.getByText('The secret access key does not fit the access key ID').first().waitFor();
    await page.getByText(/Request id of AWS/).waitFor();
    await expect.poll(() => page.locator('input:focus').getAttribute('type')).toBe('password');
    await page.getByRole('button', { name: 'Save unverified' }).waitFor();
    await look('wrong-secret');
  });

  test('a key of another account is told, naming the account it belongs to', async () => {
    const { page, look } = stage;
    await fillBaseAccount({ accountId: DEVELOPMENT });
    await page
      .getByText(new RegExp(`${CENTRAL_SECURITY}`))
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Save unverified' }).waitFor();
    await look('key-of-another-account');
    await page.getByRole('button', { name: 'Save unverified' }).click();
    await page.getByText('Base account “Central Security” was created').waitFor();
    await look('saved-unverified');
  });

  test('an account type that has a base account cannot be chosen again, and says whose it is', async () => {
    const { page, look } = stage;
    await page.goto('/configuration/aws/base-accounts/create');
    await page.getByText('Has a base account already: Central Security').waitFor();
    expect(await page.getByRole('radio', { name: /Global/ }).isDisabled()).toBe(true);
    await look('account-type-taken');
  });

  test('the wizard does not go on with an ARN that is not a role’s, or of another account type', async () => {
    const { page, look } = stage;
    await page.goto('/configuration/aws/connectors/create');
    await page.getByRole('button', { name: 'Next' }).click();
    await expectAt('Name', 'Give the connector a name.');
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Production');
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByLabel('Role ARN').fill(`arn:aws:iam::${PRODUCTION}:user/somebody`);
    await page.getByRole('button', { name: 'Next' }).click();
    await expectAt('Role ARN', 'It names a "user" instead of a role.');
    await look('arn-of-a-user');
    await page.getByLabel('Role ARN').fill(`arn:aws-cn:iam::${PRODUCTION}:role/Reader`);
    await expectAt('Role ARN', 'account type Global');
  });

  test('a role that another connector has is refused at its field, in the step where it is', async () => {
    const { page, look, client } = stage;
    const roleArn = `arn:aws:iam::${PRODUCTION}:role/Reader`;
    await client.call('createConnector', { body: { name: 'First', accountType: 'global', roleArn, enabled: false } });
    await page.getByLabel('Role ARN').fill(roleArn);
    for (const _step of ['regions', 'tags', 'review']) await page.getByRole('button', { name: 'Next' }).click();
    await page.getByRole('button', { name: 'Create connector' }).click();
    await page.getByText('A connector for this role exists already').waitFor();
    await expectAt('Role ARN', 'First');
    await look('role-taken');
  });

  test('a query that cannot be read says where, and the list stays', async () => {
    const { page, look } = stage;
    await page.goto('/assetview/assets?q=nosuchproperty:x');
    await page
      .getByText(/nosuchproperty/)
      .first()
      .waitFor();
    await page.getByText('The query cannot be read').waitFor();
    await look('bad-query');
  });

  test('a page that does not exist and a connector that is gone say so', async () => {
    const { page, look } = stage;
    await page.goto('/cloudview/connectors/0198c2a4-7c1e-7d3a-9b52-0f6a4e1d2c3b');
    await page.getByText('Not found').first().waitFor();
    await look('no-such-connector');
    await page.goto('/nothing/here');
    await page.getByText('There is no such page').waitFor();
    await look('no-such-page');
  });
});

async function fillBaseAccount(change: { accountId?: string; secret?: string }): Promise<void> {
  const { page, hub } = stage;
  await page.goto('/configuration/aws/base-accounts/create');
  await page.getByRole('textbox', { name: 'Title' }).fill('Central Security');
  await page.getByLabel('AWS account ID').fill(change.accountId ?? CENTRAL_SECURITY);
  await page.getByLabel('Access key ID').fill(hub.accessKeyId);
  await page.getByLabel('Secret access key').fill(change.secret ?? hub.secretAccessKey);
  await page.getByRole('button', { name: 'Create' }).click();
}

/** The field is marked as wrong, and what its error says has `text` in it. */
async function expectAt(label: string, text: string): Promise<void> {
  const field = stage.page.getByRole('textbox', { name: label, exact: true });
  await expect.poll(() => field.getAttribute('aria-invalid')).toBe('true');
  const described = (await field.getAttribute('aria-describedby'))?.split(' ') ?? [];
  const said = await Promise.all(described.map(id => stage.page.locator(`[id="${id}"]`).textContent()));
  expect(said.join(' ')).toContain(text);
}
