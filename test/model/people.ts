import { changeConnector, createConnector } from '../../src/accounts/connectors.ts';
import { deleteConnector } from '../../src/accounts/delete-connector.ts';
import type { SyncDeps } from '../../src/sync/deps.ts';
import { EXTERNAL_ID, type Land, roleName } from './land.ts';
import type { Model, ModelConnector } from './model.ts';
import { type EditStep, REGIONS, type Story } from './story.ts';

/** What people do to connectors, and what the model is to know of it. */
export class People {
  /** By slot. */
  readonly connectors = new Map<number, ModelConnector>();
  /** Whether a connector was deleted with its assets since this was last set to false. */
  deletedAssets = false;
  readonly #deps: SyncDeps;
  readonly #story: Story;
  readonly #land: Land;
  readonly #model: Model;
  #busy = Promise.resolve();

  constructor({ deps, story, land, model }: { deps: SyncDeps; story: Story; land: Land; model: Model }) {
    this.#deps = deps;
    this.#story = story;
    this.#land = land;
    this.#model = model;
  }

  /** Makes the connector of a slot as the story has it. */
  async connect(slot: number): Promise<void> {
    const { account, regions: chosen } = this.#story.connectors[slot] ?? {};
    if (account === undefined || chosen === undefined) return;
    const accountId = this.#land.accountIds[account] ?? '';
    const regions = namesOf(chosen);
    const made = await createConnector(this.#deps, {
      input: {
        name: `${accountId} ${slot}`,
        description: '',
        accountType: 'global',
        roleArn: roleArn(accountId, slot),
        externalId: EXTERNAL_ID,
        regions: regions && [...regions],
        pollingMinutes: 60,
        apps: ['cloud-view'],
        enabled: true,
        assetTags: {},
        tags: {},
      },
      actor: 'system',
    });
    if (!made.ok) throw new Error(made.fault.detail);
    const { id } = made.value;
    const connector = {
      id,
      slot,
      accountId,
      regions,
      enabled: true,
      ledger: new Map(),
      uncertain: false,
      runId: undefined,
    };
    this.connectors.set(slot, connector);
    this.#model.connectors.set(id, connector);
  }

  /** One change after the other, as they are asked for. */
  edit(step: EditStep): Promise<void> {
    this.#busy = this.#busy.then(() => this.#edit(step));
    return this.#busy;
  }

  /** When everything that was asked for is done. */
  done(): Promise<void> {
    return this.#busy;
  }

  async #edit({ connector: slot, what, regions }: EditStep): Promise<void> {
    const connector = this.connectors.get(slot);
    if (!connector) {
      if (what === 'enable') await this.connect(slot);
      return;
    }
    const { id } = connector;
    const set = async (change: Parameters<typeof changeConnector>[1]['change']) => {
      const changed = await changeConnector(this.#deps, { id, change, actor: 'system' });
      if (!changed.ok) throw new Error(changed.fault.detail);
    };
    switch (what) {
      case 'disable':
      case 'enable':
        connector.enabled = what === 'enable';
        return await set({ enabled: connector.enabled });
      case 'regions': {
        const names = namesOf(regions);
        await set({ regions: names && [...names] });
        connector.regions = names;
        return;
      }
      case 're-point': {
        const other = this.#land.accountIds.find(one => one !== connector.accountId) ?? '';
        await set({ roleArn: roleArn(other, slot) });
        connector.accountId = other;
        connector.runId = undefined;
        return;
      }
      case 'delete, keeping assets':
      case 'delete, with assets': {
        this.connectors.delete(slot);
        const assets = what === 'delete, with assets' ? 'delete' : 'detach';
        const deleted = await deleteConnector(this.#deps, { id, assets, actor: 'system' });
        if (!deleted.ok) throw new Error(deleted.fault.detail);
        this.#model.deleted(connector);
        if (assets === 'delete') this.deletedAssets = true;
      }
    }
  }
}

function roleArn(accountId: string, slot: number): string {
  return `arn:aws:iam::${accountId}:role/${roleName(slot)}`;
}

function namesOf(regions: readonly number[] | null): readonly string[] | null {
  return regions === null ? null : regions.map(region => REGIONS[region] ?? REGIONS[0]);
}
