import { type Command, Option } from 'commander';
import type { ReplyOf } from '../api/contract.ts';
import type { Io } from './io.ts';
import { answer, type Outcome } from './outcome.ts';
import { type CommonOptions, leaf, type PageOptions, paged, pageQuery, run, type Session } from './run-command.ts';
import { facts, list, more, table, time } from './text.ts';

type Asset = ReplyOf<'getAsset'>;
type AssetPage = ReplyOf<'listAssets'>;
type App = 'cloud-view' | 'asset-view';

export function addAssetCommands(program: Command, io: Io): void {
  const group = program.command('assets').description('the inventory');
  paged(leaf(group, 'search [query...]', 'search, such as: type:instance and tag.Env:prod (docs/query-language.md)'))
    .addOption(inApp())
    .option('--sort <property>', 'a property, "-" before it for descending: --sort=-changed', 'name')
    .option('--all', 'every page, not only one')
    .action((words: string[], options: SearchOptions) => run(io, options, session => search(session, words, options)));
  leaf(group, 'counts [query...]', 'count assets by a property')
    .addOption(
      new Option('--by <property>').choices(['accountId', 'region', 'assetType', 'state']).default('assetType'),
    )
    .addOption(inApp())
    .action((words: string[], options: CountOptions) => run(io, options, session => counts(session, words, options)));
  leaf(group, 'show <id>', 'show one').action((id: string, options: CommonOptions) =>
    run(io, options, async ({ client }) => {
      const found = await client.call('getAsset', { params: { id } });
      return found.ok ? answer(assetText(found.value), found.value) : found;
    }),
  );
  paged(leaf(group, 'history <id>', 'what changed on one, newest first')).action((id: string, options: PageOptions) =>
    run(io, options, async ({ client }) => {
      const page = await client.call('assetHistory', { params: { id }, query: pageQuery(options) });
      return page.ok ? answer(historyText(page.value.items) + more(page.value.nextCursor), page.value) : page;
    }),
  );
  leaf(group, 'types', 'list asset types and the properties to search for').action((options: CommonOptions) =>
    run(io, options, async ({ client }) => {
      const types = await client.call('listAssetTypes', {});
      if (!types.ok) return types;
      const rows = types.value.items.map(({ assetType, label, properties }) => {
        return [assetType, label, properties.map(({ name }) => name).join(' ')];
      });
      return answer(table(['type', 'name', 'properties'], rows), types.value);
    }),
  );
}

interface SearchOptions extends PageOptions {
  readonly app?: App;
  readonly sort: string;
  readonly all?: boolean;
}

interface CountOptions extends CommonOptions {
  readonly app?: App;
  readonly by: 'accountId' | 'region' | 'assetType' | 'state';
}

async function search({ client }: Session, words: readonly string[], options: SearchOptions): Promise<Outcome> {
  const query = { query: words.join(' '), app: options.app, sort: options.sort };
  const first = await client.call('listAssets', {
    query: { ...(options.all ? { limit: 1_000 } : {}), ...query, ...pageQuery(options) },
  });
  if (!first.ok) return first;
  let { items, nextCursor } = first.value;
  while (options.all && nextCursor !== null) {
    const next = await client.call('listAssets', {
      query: { limit: 1_000, ...query, ...pageQuery(options), cursor: nextCursor },
    });
    if (!next.ok) return next;
    items = items.concat(next.value.items);
    nextCursor = next.value.nextCursor;
  }
  const found = { ...first.value, items, nextCursor };
  return answer(`${assetTable(items)}\n\n${foundText(found)}${more(nextCursor)}`, found);
}

async function counts({ client }: Session, words: readonly string[], options: CountOptions): Promise<Outcome> {
  const { by, app } = options;
  const counted = await client.call('countAssets', { query: { query: words.join(' '), by, app } });
  if (!counted.ok) return counted;
  const rows = counted.value.items.map(({ value, count }) => [value, count]);
  return answer(`${table([HEADINGS[by], 'assets'], rows)}\n\n${coverageText(counted.value.coverage)}`, counted.value);
}

const HEADINGS = { accountId: 'account', region: 'region', assetType: 'type', state: 'state' } as const;

function inApp(): Option {
  return new Option('--app <app>', 'only what this app shows').choices(['cloud-view', 'asset-view']);
}

function assetTable(assets: readonly Asset[]): string {
  const rows = assets.map(({ name, nativeId, assetType, state, accountId, region, goneAt, lastSeenAt, id }) => {
    return [name, nativeId, assetType, goneAt ? 'gone' : state, accountId, region, time(lastSeenAt), id];
  });
  return table(['name', 'native id', 'type', 'state', 'account', 'region', 'last seen', 'id'], rows);
}

const OBSERVED: Readonly<Record<Asset['observed'], string>> = {
  'by-connectors': 'yes',
  disabled: 'no: all of its connectors are disabled',
  detached: 'no: detached',
};

function assetText(asset: Asset): string {
  const { tags, connectorTags } = asset;
  const head = facts([
    ['Id', asset.id],
    ['Type', asset.assetType],
    ['Native id', asset.nativeId],
    ['Name', asset.name],
    ['ARN', asset.arn],
    ['State', asset.state],
    ['Account', `${asset.accountId} (${asset.partition})`],
    ['Region', asset.region],
    ['First seen', time(asset.firstSeenAt)],
    ['Last seen', time(asset.lastSeenAt)],
    ['Changed', time(asset.changedAt)],
    ['Gone', asset.goneAt === null ? 'no' : `yes, noticed ${time(asset.goneAt)}`],
    ['Connectors', list(asset.connectorIds, '') || 'none'],
    ['Observed', OBSERVED[asset.observed]],
  ]);
  const rows = [
    ...Object.entries(tags).map(([key, value]) => [key, value, 'AWS']),
    ...Object.entries(connectorTags).map(([key, value]) => [key, value, 'connector']),
  ];
  const tagsText = rows.length === 0 ? '' : `\n\n${table(['tag', 'value', 'from'], rows)}`;
  return `${head}${tagsText}\n\nAttributes:\n${JSON.stringify(asset.attributes, null, 2)}`;
}

function historyText(changes: ReplyOf<'assetHistory'>['items']): string {
  const rows = changes.flatMap(({ at, event, changes: changed }) =>
    changed.length === 0
      ? [[time(at), event, null, null, null]]
      : changed.map(({ path, before, after }) => [
          time(at),
          event,
          path,
          JSON.stringify(before),
          JSON.stringify(after),
        ]),
  );
  return table(['when', 'event', 'what', 'before', 'after'], rows);
}

function foundText({ items, count, coverage }: AssetPage): string {
  const all = `${count.exact ? '' : 'at least '}${count.value}`;
  return `${items.length} of ${all} assets. ${coverageText(coverage)}`;
}

/** A count without its coverage would pass what was not observed off as absent. */
function coverageText(coverage: AssetPage['coverage']): string {
  const { scopes, complete, oldestCompleteAt, notObserved } = coverage;
  const since = oldestCompleteAt === null ? '' : `, the oldest on ${time(oldestCompleteAt)}`;
  const head = `${complete} of ${scopes} scopes observed completely${since}.${staleText(coverage)}`;
  if (scopes === complete) return head;
  const rows = notObserved.slice(0, 10).map(({ connectorId, region, assetType, outcome, fault }) => {
    return [region, assetType, outcome ?? 'not yet', fault ? fault.title : null, connectorId];
  });
  const others = scopes - complete - rows.length;
  const rest = others > 0 ? `\n… and ${others} more` : '';
  return `${head} Not observed:\n${table(['region', 'type', 'outcome', 'why', 'connector'], rows)}${rest}`;
}

/** Whose scopes nobody has looked at for too long, although they were complete then. */
function staleText({ staleConnectors, stale }: AssetPage['coverage']): string {
  if (staleConnectors === 0) return '';
  const rows = stale.map(({ name, enabled, completeAt, connectorId }) => {
    return [name, enabled ? 'yes' : 'no', time(completeAt), connectorId];
  });
  const others = staleConnectors - rows.length;
  const rest = others > 0 ? `\n… and ${others} more` : '';
  const whose = staleConnectors === 1 ? 'Scopes of 1 connector are' : `Scopes of ${staleConnectors} connectors are`;
  return ` ${whose} stale:\n${table(['connector', 'enabled', 'oldest observation', 'id'], rows)}${rest}\n`;
}
