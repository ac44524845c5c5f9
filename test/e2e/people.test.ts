import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { type Stage, signIn, startStage } from './stage.ts';

/** Who may do what, and the administrator's screens. */

const browser = await launchBrowser();
const PASSWORD = 'a password of the reader';
let stage: Stage;

beforeAll(async () => {
  if (!browser) return;
  stage = await startStage(browser, 'people');
  await stage.page.goto('/administration/users');
  await signIn(stage.page);
}, 120_000);
afterAll(async () => {
  await stage?.stop();
  await browser?.close();
}, 60_000);

describe.skipIf(!browser)('people', { timeout: 60_000 }, () => {
  test('an administrator creates a reader; a short password is refused at its field', async () => {
    const { page, look } = stage;
    await page.getByRole('button', { name: 'Create user' }).click();
    const dialog = page.getByRole('dialog', { name: 'Create user' });
    await dialog.getByLabel('User name').fill('rita');
    await dialog.getByLabel('Password').fill('short');
    await dialog.getByRole('button', { name: 'Create user' }).click();
    await expect.poll(() => dialog.getByLabel('Password').getAttribute('aria-invalid')).toBe('true');
    await look('short-password');
    await dialog.getByLabel('Password').fill(PASSWORD);
    await dialog.getByRole('button', { name: 'Create user' }).click();
    await page.getByRole('row', { name: /rita.*Reader.*Active/ }).waitFor();
    await look('users');
  });

  test('an API token is shown once and works', async () => {
    const { page, look, server } = stage;
    await page.getByRole('link', { name: 'API tokens' }).click();
    await page.getByText('No API tokens').waitFor();
    await look('no-tokens');
    await page.getByRole('button', { name: 'Create API token' }).click();
    const dialog = page.getByRole('dialog', { name: 'Create API token' });
    await dialog.getByLabel('Name').fill('nightly report');
    await look('create-token');
    await dialog.getByRole('button', { name: 'Create', exact: true }).click();
    const token = await page.getByRole('region', { name: 'API token', exact: true }).textContent();
    await look('new-token');
    const answer = await fetch(`${server.url}/api/v1/connectors`, { headers: { authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(200);
    await page.getByRole('button', { name: 'I have copied it' }).click();
    await page.getByRole('row', { name: /nightly report.*Reader/ }).waitFor();
    expect(await page.content()).not.toContain(token);
  });

  test('the audit log holds all of that and verifies', async () => {
    const { page, look } = stage;
    await page.getByRole('link', { name: 'Audit log' }).click();
    await page
      .getByRole('row', { name: /user:admin.*token\./ })
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Verify the log' }).click();
    await page.getByText(/All \d+ entries are in order/).waitFor();
    await look('audit');
  });

  test('the dark theme stays, and axe finds nothing in it either', async () => {
    const { page, look } = stage;
    await page.getByRole('button', { name: 'Dark theme' }).click();
    await page.goto('/configuration/aws/base-accounts/create');
    await page.getByRole('button', { name: 'Light theme' }).waitFor();
    await look('dark-form');
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.getByRole('heading', { name: 'Hubs' }).waitFor();
    await look('dark-overview');
    await page.getByRole('button', { name: 'Light theme' }).click();
  });

  test('a reader sees what is there, cannot change it and is told why', async () => {
    const { page, look } = stage;
    await page.getByRole('button', { name: 'admin', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await signIn(page, 'rita', PASSWORD);
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    expect(await page.getByRole('link', { name: 'Audit log' }).count()).toBe(0);
    await page.getByRole('link', { name: 'Configure Base Account' }).click();
    const create = page.getByRole('link', { name: 'Create', exact: true }).first();
    expect(await create.getAttribute('aria-disabled')).toBe('true');
    await create.hover();
    await page
      .getByText('Only administrators can do this; you are signed in as reader.')
      .filter({ visible: true })
      .first()
      .waitFor();
    await page.mouse.move(0, 0);
    await look('reader-base-accounts');
    await page.goto('/administration/users');
    await page.getByText('Not allowed for your role').waitFor();
    await look('reader-not-allowed');
  });

  test('a reader makes tokens with the own role only, and sees nobody else’s', async () => {
    const { page, look } = stage;
    await page.getByRole('button', { name: 'rita' }).click();
    await page.getByRole('menuitem', { name: 'API tokens' }).click();
    await page.getByText('No API tokens').waitFor();
    await page.getByRole('button', { name: 'Create API token' }).click();
    const dialog = page.getByRole('dialog', { name: 'Create API token' });
    await dialog.getByLabel('Name').fill('my laptop');
    expect(await dialog.getByRole('radio').count()).toBe(1);
    await dialog.getByRole('button', { name: 'Create', exact: true }).click();
    await page.getByRole('button', { name: 'I have copied it' }).click();
    await page.getByRole('row', { name: /my laptop.*Reader.*rita/ }).waitFor();
    await look('reader-tokens');
  });

  test('somebody changes the own password and signs in with the new one', async () => {
    const { page, look } = stage;
    await page.goto('/password');
    await page.getByLabel('Current password').fill(PASSWORD);
    await page.getByLabel('New password').fill('another password of the reader');
    await look('change-password');
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByText('Your password was changed').waitFor();
    await page.getByRole('button', { name: 'rita' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await signIn(page, 'rita', 'another password of the reader');
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
  });

  test('a session that has ended leads to signing in and back to where one was', async () => {
    const { page } = stage;
    await page.goto('/assetview/instances?q=state%3Arunning');
    await page.getByRole('heading', { name: 'Instances' }).waitFor();
    await page.context().clearCookies();
    await page.reload();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await signIn(page, 'rita', 'another password of the reader');
    await page.getByRole('heading', { name: 'Instances' }).waitFor();
    expect(new URL(page.url()).searchParams.get('q')).toBe('state:running');
  });
});
