import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accountOf } from '../../simulator/world/build.ts';
import { terminated } from '../../simulator/world/instance-state.ts';
import { launchBrowser } from '../support/browser.ts';
import { addConnector, liveInstances, PRODUCTION, runNow, type Stage, signIn, startStage } from './stage.ts';

/** Finding instances: filters, text, sorting, columns; and what the screens say of instances that are not there any more. */

const browser = await launchBrowser();
let stage: Stage;

beforeAll(async () => {
  if (!browser) return;
  stage = await startStage(browser, 'inventory');
  await addConnector(stage, {
    name: 'Production',
    accountId: PRODUCTION,
    externalId: 'production-1',
    apps: ['cloud-view', 'asset-view'],
  });
  await stage.page.goto('/assetview/instances');
  await signIn(stage.page);
}, 120_000);
afterAll(async () => {
  await stage?.stop();
  await browser?.close();
}, 60_000);

describe.skipIf(!browser)('the inventory', { timeout: 60_000 }, () => {
  test('quick filters and typed queries narrow the list, and the address shows the same to somebody else', async () => {
    const { page, look } = stage;
    const inIreland = ours().filter(({ Placement }) => Placement?.AvailabilityZone?.startsWith('eu-west-1'));
    await heading(ours().length);
    await page.getByRole('button', { name: 'Region Any region' }).click();
    await look('region-choices');
    await page.getByRole('option', { name: /eu-west-1/ }).click();
    await heading(inIreland.length);
    expect(new URL(page.url()).searchParams.get('q')).toBe('region:eu-west-1');

    const running = inIreland.filter(({ State }) => State?.Name === 'running');
    await search('state:running');
    await heading(running.length);
    expect(new URL(page.url()).searchParams.get('q')).toBe('region:eu-west-1 and state:*running*');
    await look('two-terms');
    await page.reload();
    await heading(running.length);

    await page.getByRole('button', { name: 'Clear filters' }).click();
    await heading(ours().length);
    const [first] = ours();
    await search(first?.PrivateIpAddress ?? '');
    await page.getByRole('row', { name: new RegExp(first?.InstanceId ?? '') }).waitFor();
    await search('tag.NoSuchKey:x');
    await page.getByText('Nothing fits').waitFor();
    await look('nothing-fits');
    await page.getByRole('button', { name: 'Clear the search' }).click();
    await heading(ours().length);
    await search('(state:running');
    await page.getByText('“(state:running” was looked for as text').waitFor();
    await page.getByRole('button', { name: 'Clear the search' }).click();
    await heading(ours().length);
  });

  test('the keyboard gets past the navigation at once', async () => {
    const { page, look } = stage;
    await page.goto('/assetview/instances');
    await heading(ours().length);
    await page.keyboard.press('Tab');
    await look('skip-to-content');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.getElementById("content").contains(document.activeElement)')).toBe(true);
  });

  test('a column sorts, both ways, over all pages', async () => {
    const { page } = stage;
    await page.goto('/assetview/instances');
    await heading(ours().length);
    await page.goto('/assetview/instances?sort=-region');
    await expect.poll(() => firstRow()).toMatch(/us-east-1/);
    await page.goto('/assetview/instances?sort=region');
    await expect.poll(() => firstRow()).toMatch(/eu-west-1/);
  });

  test('chosen columns are remembered', async () => {
    const { page, look } = stage;
    await page.goto('/assetview/instances');
    await page.getByRole('button', { name: /are shown$/ }).click();
    await look('preferences');
    await page.getByRole('dialog').getByText('Availability Zone').click();
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByRole('columnheader', { name: 'Availability Zone' }).waitFor({ state: 'hidden' });
    await page.reload();
    await heading(ours().length);
    expect(await page.getByRole('columnheader', { name: 'Availability Zone' }).count()).toBe(0);
  });

  test('what is terminated or gone is left out until the switch shows it, marked as such', async () => {
    const { page, look } = stage;
    const before = ours().length;
    const region = accountOf(stage.simulation.world, PRODUCTION).ec2['us-east-1'];
    const [ended, vanished] = region?.instances.filter(({ State }) => State?.Name === 'running') ?? [];
    if (!region || !ended || !vanished) throw new Error('the world has running instances');
    region.instances = region.instances
      .filter(({ InstanceId }) => InstanceId !== vanished.InstanceId)
      .map(instance => (instance === ended ? terminated(instance, new Date()) : instance));
    await runNow(stage, 'Production');

    await page.goto('/assetview/instances');
    await heading(before - 2);
    await page.getByText('Show terminated and gone').click();
    await search(`id:(${ended.InstanceId}, ${vanished.InstanceId})`);
    await page.getByRole('row', { name: new RegExp(`${ended.InstanceId}.*terminated`) }).waitFor();
    await page.getByRole('row', { name: new RegExp(`${vanished.InstanceId}.*Gone`) }).waitFor();
    await look('terminated-and-gone');
    await page
      .getByRole('row', { name: new RegExp(vanished.InstanceId) })
      .getByRole('link')
      .click();
    await page.getByText(/A complete observation .* did not see it any more/).waitFor();
    await page.getByRole('tab', { name: 'History' }).click();
    await page.getByText('Appeared').waitFor();
    await look('gone-instance');
  });

  test('CloudView counts the resources by type, and leads to each', async () => {
    const { page, look } = stage;
    await page.getByRole('link', { name: 'Resources' }).click();
    await page.getByRole('link', { name: 'VPCs' }).waitFor();
    await look('resources');
    await page.getByRole('link', { name: 'VPCs' }).click();
    await page.getByRole('heading', { name: /^VPCs/ }).waitFor();
    await page.getByRole('row', { name: /vpc-/ }).first().waitFor();
    await look('vpcs');
  });

  test('what only a disabled connector sees is marked, in the list and on its page', async () => {
    const { page, look, client } = stage;
    const found = await client.call('listConnectors', { query: { search: 'Production' } });
    const id = (found.ok && found.value.items[0]?.id) || expect.fail();
    expect(await client.call('changeConnector', { params: { id }, body: { enabled: false } })).toMatchObject({
      ok: true,
    });
    await page.goto('/assetview/instances');
    const row = page.getByRole('row', { name: /\bi-[0-9a-f]{17}.*Connectors disabled/ }).first();
    await row.getByRole('link').first().click();
    await page.getByText('All of its connectors are disabled').waitFor();
    await page.getByRole('tab', { name: 'Connectors' }).click();
    await page.getByText('(disabled)').waitFor();
    await look('disabled-connectors');
  });

  test('the line over a list warns when nobody has looked for too long, and says whose connectors those are', async () => {
    const { page, look, db } = stage;
    await page.goto('/assetview/instances');
    await page.getByText(/^All 17 scopes observed, the oldest seen/).waitFor();
    expect(await page.getByText('not observed lately').count()).toBe(0);
    await sql`update scopes set complete_at = complete_at - interval '3 days'`.execute(db);
    await sql`select add_up_ledger(id) from connectors`.execute(db);
    await page.reload();
    await page.getByText('All 17 scopes observed, the oldest seen 3 days ago').waitFor();
    await page.getByRole('button', { name: '1 connector not observed lately: why' }).click();
    await page.getByText('Production, disabled: 3 days ago').waitFor();
    await look('not-observed-lately');
  });
});

function ours() {
  const { world } = stage.simulation;
  const all = Object.values(accountOf(world, PRODUCTION).ec2).flatMap(region => region?.instances ?? []);
  const live = new Set(liveInstances(stage).map(({ InstanceId }) => InstanceId));
  return all.filter(({ InstanceId }) => live.has(InstanceId));
}

async function heading(count: number): Promise<void> {
  await stage.page.getByRole('heading', { name: `Instances (${count})` }).waitFor();
}

async function search(text: string): Promise<void> {
  const { page } = stage;
  await page.getByRole('combobox', { name: 'Find assets' }).fill(text);
  await page.keyboard.press('Enter');
}

async function firstRow(): Promise<string> {
  return (
    (await stage.page
      .getByRole('row', { name: /\bi-[0-9a-f]{17}/ })
      .first()
      .textContent()) ?? ''
  );
}
