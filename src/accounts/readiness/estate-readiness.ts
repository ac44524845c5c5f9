import { reasonOfDenial } from '../../aws/denial.ts';
import { readCursor, writeCursor } from '../../domain/cursor.ts';
import { FAULTS, type Fault, type FaultCode, fault } from '../../domain/faults.ts';
import { LIMITS } from '../../domain/limits.ts';
import type { AccountType } from '../../domain/partition.ts';
import type { Readiness } from '../../domain/readiness.ts';
import { ok, type Result } from '../../domain/result.ts';
import {
  type EstateReadiness,
  listNotFresh,
  type NotFresh,
  namesOfConnectors,
  type ReadinessCause,
  type ReadinessCell,
  readAccountReadiness,
  readEstateReadiness,
} from '../../store/estate-readiness.ts';
import type { AccountsDeps } from '../deps.ts';
import type { PageOf, PageRequest } from '../shapes.ts';
import { noScopes } from './connector-readiness.ts';
import { type Words, wordsOf } from './reason-words.ts';

/** How fresh the scopes of many connectors are, place by place, and the causes that keep most of them from being so. */
export interface ReadinessOfMany {
  /** When it was counted. */
  readonly at: Date;
  readonly totals: Readonly<Record<Readiness, number>>;
  readonly cells: readonly Place[];
  readonly reasons: readonly EstateReason[];
}

export interface Place {
  readonly region: string;
  readonly assetType: string;
  readonly totals: Readonly<Partial<Record<Readiness, number>>>;
  readonly items: number;
  readonly oldestCompleteAt: string | null;
}

export interface EstateReason extends Words {
  readonly accountType: AccountType;
  readonly readiness: Readiness;
  readonly code: string;
  /** The IAM actions that were denied, by name. */
  readonly actions: readonly string[];
  readonly scopes: number;
  readonly connectors: number;
  /** Those with the most such scopes. */
  readonly examples: readonly { readonly id: string; readonly name: string; readonly accountId: string }[];
}

type ReadinessDeps = Pick<AccountsDeps, 'db' | 'clock' | 'emptyScopesEvery'>;

/**
 * Of every enabled connector, or of those of an account type or of one account. Of an account it is as of now, else as of
 * lately (`at`).
 */
export async function readinessOfMany(
  { db, clock, emptyScopesEvery = LIMITS.emptyScopesEveryDefault }: ReadinessDeps,
  { accountType, accountId }: { accountType?: AccountType | undefined; accountId?: string | undefined },
): Promise<ReadinessOfMany> {
  const as = { now: clock.now(), emptyScopesEvery };
  const counted =
    accountId === undefined ? await readEstateReadiness(db, as) : await readAccountReadiness(db, { accountId, ...as });
  const isAsked = (row: { accountType: AccountType }) => accountType === undefined || row.accountType === accountType;
  const cells = counted.cells.filter(isAsked);
  const totals = noScopes();
  for (const { readiness, scopes } of cells) totals[readiness] += scopes;
  return { at: counted.takenAt, totals, cells: placesOf(cells), reasons: await reasonsOf(db, counted, isAsked) };
}

function placesOf(cells: readonly ReadinessCell[]): Place[] {
  const places = Map.groupBy(cells, ({ region, assetType }) => `${region} ${assetType}`);
  return [...places.values()].flatMap(group => {
    const [first] = group;
    if (!first) return [];
    const totals: Partial<Record<Readiness, number>> = {};
    for (const { readiness, scopes } of group) totals[readiness] = (totals[readiness] ?? 0) + scopes;
    const oldest = group
      .flatMap(({ oldestCompleteAt }) => (oldestCompleteAt === null ? [] : [oldestCompleteAt]))
      .sort();
    const items = group.reduce((sum, cell) => sum + cell.items, 0);
    return [{ region: first.region, assetType: first.assetType, totals, items, oldestCompleteAt: oldest[0] ?? null }];
  });
}

async function reasonsOf(
  db: AccountsDeps['db'],
  { causes }: EstateReadiness,
  isAsked: (cause: ReadinessCause) => boolean,
): Promise<EstateReason[]> {
  const asked = causes.filter(isAsked);
  const named = new Map(
    (await namesOfConnectors(db, [...new Set(asked.flatMap(({ examples }) => examples))])).map(row => [row.id, row]),
  );
  return asked.map(cause => {
    const { accountType, readiness, actions = [], scopes, connectors } = cause;
    return {
      ...wordsOfCause(cause),
      ...{ accountType, readiness, actions, scopes, connectors },
      code: cause.code ?? readiness,
      examples: cause.examples.flatMap(id => named.get(id) ?? []),
    };
  });
}

function wordsOfCause(cause: ReadinessCause): Words {
  const example = faultOf(cause);
  const actions = cause.actions ?? [];
  const named = reasonOfDenial(example?.aws) ?? null;
  // A cause is of one kind of policy; of several actions, another policy of that kind may deny the next.
  const denial = named && actions.length > 1 ? { policy: named.policy, explicit: named.explicit } : named;
  return wordsOf({
    readiness: cause.readiness,
    faults: example ? [example] : [],
    actions,
    denial,
    regions: [],
    extent: 'everywhere',
  });
}

function faultOf({ code, detail, actions, message }: ReadinessCause): Fault | undefined {
  if (code === null || !isFaultCode(code)) return undefined;
  const action = actions?.[0];
  if (action === undefined) return fault(code, detail ?? FAULTS[code].explanation);
  const [service = '', operation = ''] = action.split(':');
  return fault(code, detail ?? '', { aws: { service, operation, name: code, message: message ?? '', action } });
}

function isFaultCode(code: string): code is FaultCode {
  return Object.hasOwn(FAULTS, code);
}

/** The enabled connectors whose scope at one place is not fresh, by name. Fault: invalid-cursor. */
export async function connectorsNotFresh(
  { db, clock, emptyScopesEvery = LIMITS.emptyScopesEveryDefault }: ReadinessDeps,
  {
    page,
    place,
  }: { page: PageRequest; place: { region: string; assetType: string; accountType?: AccountType | undefined } },
): Promise<Result<PageOf<NotFresh>>> {
  const keys = readCursor(page.cursor, ['text', 'id']);
  if (!keys.ok) return keys;
  const [name, id] = keys.value ?? [];
  const rows = await listNotFresh(db, {
    ...place,
    accountType: place.accountType ?? null,
    now: clock.now(),
    emptyScopesEvery,
    after: name === undefined || id === undefined ? null : { name, id },
    limit: page.limit + 1,
  });
  const items = rows.slice(0, page.limit);
  const last = items.at(-1);
  return ok({
    items,
    nextCursor: rows.length > page.limit && last ? writeCursor([last.name, last.connectorId]) : null,
  });
}
