import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accountOf } from '../../simulator/world/build.ts';
import { CONNECTOR_ROLE_NAME, readPolicy, trustPolicy } from '../../simulator/world/policies.ts';
import { launchBrowser } from '../support/browser.ts';
import {
  ALL_SCOPES,
  copiedBy,
  createRoleInAws,
  PLATFORM,
  PRODUCTION,
  type Stage,
  signIn,
  startStage,
} from './stage.ts';

/** What the person on call does about scopes that are not fresh: sees them, learns why, mends the role, sees them fresh. */

const browser = await launchBrowser();
const EXTERNAL_ID = 'production-7fGq2XwLk0';
let stage: Stage;

beforeAll(async () => {
  if (!browser) return;
  stage = await startStage(browser, 'readiness');
  createRoleInAws(stage, {
    accountId: PRODUCTION,
    name: CONNECTOR_ROLE_NAME,
    trustPolicy: trustPolicy({ partition: 'aws', accountIds: [PLATFORM], externalId: EXTERNAL_ID }),
    permissionsPolicy: readPolicy({ without: ['ec2:DescribeVolumes', 'lambda:List*'] }),
  });
  stage.simulation.faults.put({
    id: 'frankfurt',
    match: { accountId: PRODUCTION, region: 'eu-central-1', service: 'ec2' },
    effect: { kind: 'deny', by: 'scp' },
  });
  const created = await stage.client.call('createConnector', {
    body: {
      name: 'Production',
      accountType: 'global',
      roleArn: `arn:aws:iam::${PRODUCTION}:role/${CONNECTOR_ROLE_NAME}`,
      externalId: EXTERNAL_ID,
    },
  });
  if (!created.ok) throw new Error(JSON.stringify(created));
  await stage.page.goto('/cloudview/connectors');
  await signIn(stage.page);
}, 120_000);
afterAll(async () => {
  await stage?.stop();
  await browser?.close();
}, 60_000);

describe.skipIf(!browser)('scopes that are not fresh', { timeout: 90_000 }, () => {
  test('are told with their causes, each once, and with who can mend it', async () => {
    const { page, look } = stage;
    await page.getByRole('link', { name: 'Production' }).click();
    await page.getByText('OK with problems').first().waitFor({ timeout: 60_000 });
    await page.getByRole('link', { name: /of \d+ scopes/ }).click();
    const denied = page.getByRole('region', { name: 'The role is not allowed ec2:DescribeVolumes' });
    await denied.waitFor();
    await denied.getByText('Whoever may change the role’s policies').waitFor();
    const organisation = page.getByRole('region', {
      name: /A service control policy denies \d+ actions in eu-central-1/,
    });
    await organisation.getByText(/^Who can: The administrators of the AWS organisation/).waitFor();
    await look('reasons');
    await page.getByRole('grid').scrollIntoViewIfNeeded();
    await page.getByRole('grid').evaluate('element => element.scrollIntoView()');
    await look('heat-table');
  });

  test('can be walked through by keyboard, and a cell says why', async () => {
    const { page, look } = stage;
    await page.getByRole('button', { name: /^EC2 instance, us-east-1: Fresh, .* 31 resources$/ }).focus();
    await page.keyboard.press('ArrowDown');
    expect(await focused()).toMatch(/, us-east-1: /);
    await page.getByRole('button', { name: /^EBS volume, us-east-1: Denied, never observed completely$/ }).focus();
    await page.keyboard.press('Home');
    expect(await focused()).toMatch(/^EBS volume, ap-northeast-1: Denied/);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'EBS volume, ap-northeast-1' }).waitFor();
    await page.getByRole('region', { name: 'statement for the role' }).waitFor();
    await look('a-cell');
    await page.getByRole('button', { name: 'Dark theme' }).click();
    await look('a-cell-in-the-dark');
    await page.getByRole('button', { name: 'Light theme' }).click();
    await page.getByRole('button', { name: 'Close panel' }).click();
    await page.getByText('Resources', { exact: true }).last().click();
  });

  test('are fresh after the copied statement was put into the role', async () => {
    const { page, look } = stage;
    const statement = await copiedBy(page, 'Copy statement to add');
    const role = accountOf(stage.simulation.world, PRODUCTION).roles[CONNECTOR_ROLE_NAME];
    if (!role) throw new Error('the role is there');
    role.inlinePolicies = { ...role.inlinePolicies, More: { Version: '2012-10-17', Statement: [statement] } };
    stage.simulation.faults.clear();
    await page.getByRole('button', { name: 'Run now' }).click();
    await page.getByText(`(${ALL_SCOPES} of ${ALL_SCOPES} fresh)`).waitFor({ timeout: 60_000 });
    await page.getByRole('heading', { name: /Why scopes are not fresh/ }).waitFor({ state: 'hidden' });
    await look('all-fresh');
  });

  test('of a run are counted live, until its end, on the page of all runs and on its own', async () => {
    const { page, look } = stage;
    stage.simulation.faults.put({
      id: 'slow',
      match: { accountId: PRODUCTION, service: 'ec2' },
      effect: { kind: 'slow', delayMs: 1_000 },
    });
    await page.getByRole('button', { name: 'Run now' }).click();
    await page.getByRole('link', { name: 'Runs', exact: true }).click();
    await page.getByRole('row', { name: /Production.*Running/ }).waitFor({ timeout: 30_000 });
    await page.getByText(/\d+ of \d+ scopes, about .* left/).waitFor({ timeout: 30_000 });
    await look('runs');
    const last = await page.getByRole('columnheader', { name: 'AWS calls' }).first().boundingBox();
    expect((last?.x ?? 0) + (last?.width ?? 0), 'the table is as wide as the page').toBeLessThanOrEqual(1440);
    await page.getByRole('columnheader', { name: 'Through' }).waitFor({ state: 'hidden' });
    await page
      .getByRole('row', { name: /Running/ })
      .getByRole('link')
      .first()
      .click();
    await page.getByText('Under way').waitFor();
    await page
      .getByText(/AWS::EC2::\w+ in /)
      .first()
      .waitFor();
    await page.getByText(/[1-9]\d* of \d+ scopes, about .* left/).waitFor();
    await look('a-run-under-way');
    await page.getByRole('button', { name: 'Dark theme' }).click();
    await look('a-run-under-way-in-the-dark');
    await page.getByRole('button', { name: 'Light theme' }).click();
    stage.simulation.faults.clear();
    await page.getByText('OK', { exact: true }).waitFor({ timeout: 60_000 });
    await page.getByText('Under way').waitFor({ state: 'hidden' });
    await look('a-run-that-is-over');
    await page.getByPlaceholder('Find by region or type').fill('AWS::EC2::Instance');
    await page.getByRole('link', { name: '31', exact: true }).click();
    // AWS lists a terminated instance for a while, and lists of assets leave it out.
    await page.getByRole('heading', { name: /Resources.*30/ }).waitFor();
    await page.getByText('Besides, 1 terminated.').waitFor();
  });

  test('of the whole estate are one table, whose cells name the connectors', async () => {
    const { page, look } = stage;
    await page.getByRole('link', { name: 'Readiness', exact: true }).click();
    await page.getByText(`(${ALL_SCOPES} of ${ALL_SCOPES} scopes fresh)`).waitFor({ timeout: 30_000 });
    await look('estate');
    await page.getByRole('button', { name: /^EBS volume, us-east-1: 100 % fresh/ }).click();
    await page.getByText('All are fresh').waitFor();
    await look('a-place');
    await page.getByRole('button', { name: 'Dark theme' }).click();
    await look('a-place-in-the-dark');
  });

  test('that a disabled connector did not come to are told as those of a cancelled run, not of a failed one', async () => {
    const { page, look } = stage;
    stage.simulation.faults.put({
      id: 'slow',
      match: { accountId: PRODUCTION },
      effect: { kind: 'slow', delayMs: 3_000 },
    });
    await page.goto('/cloudview/connectors');
    await page.getByRole('link', { name: 'Production' }).click();
    await page.getByRole('button', { name: 'Run now' }).click();
    await page.getByRole('row', { name: /Running/ }).waitFor({ timeout: 30_000 });
    await page.getByRole('button', { name: 'Actions for Production' }).click();
    await page.getByRole('menuitem', { name: 'Disable' }).click();
    await page
      .getByRole('row', { name: /Cancelled.*The connector is disabled/ })
      .getByRole('link')
      .first()
      .click({ timeout: 40_000 });
    await page.getByText('The run was cancelled: The connector is disabled').waitFor();
    await look('a-run-that-was-cancelled');
    stage.simulation.faults.clear();
  });

  async function focused(): Promise<string> {
    return await stage.page.evaluate('document.activeElement.getAttribute("aria-label")');
  }
});
