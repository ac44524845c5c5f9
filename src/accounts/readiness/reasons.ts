import { reasonOfDenial } from '../../aws/denial.ts';
import type { Fault } from '../../domain/faults.ts';
import type { Mender, Readiness } from '../../domain/readiness.ts';
import type { LedgerScope } from '../../store/readiness.ts';
import { type Denial, type Told, wordsOf } from './reason-words.ts';

/** A scope that is not fresh, or is and has details that could not be read. */
export interface Flawed {
  readonly scope: LedgerScope;
  readonly readiness: Readiness;
}

/** One cause, with every scope that it keeps from being fresh. */
export interface Reason {
  readonly readiness: Readiness;
  /** Of the fault; `stale` and `not-observed` where there is none. */
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly remedy: string;
  readonly mender: Mender;
  /** The IAM actions that were denied, by name. */
  readonly actions: readonly string[];
  /** Whether allowing the actions in the role's permissions policy is what mends it. */
  readonly policyHelps: boolean;
  /** The policy that denies by a statement of its own or by not allowing, where AWS named one. */
  readonly denial: Denial | null;
  readonly scopes: number;
  readonly regions: readonly string[];
  readonly assetTypes: readonly string[];
  /** One of its faults, with AWS's own words. */
  readonly fault: Fault | null;
}

/** The reasons, those of the most scopes first, and which of them each flawed scope has. */
export interface Reasons {
  readonly reasons: readonly Reason[];
  readonly reasonOf: ReadonlyMap<LedgerScope, number>;
}

/**
 * Groups scopes by what keeps them from being fresh: an action denied in fourteen regions is one reason. `all` are the
 * connector's scopes: where a type is denied in some regions and observed in others, the denial is about those regions, and
 * all that one kind of policy denies in the same regions is one reason.
 */
export function reasonsOf(flawed: readonly Flawed[], all: readonly LedgerScope[]): Reasons {
  const observed = new Set(all.flatMap(({ assetType, outcome }) => (outcome === 'complete' ? [assetType] : [])));
  const denied = Map.groupBy(flawed.filter(isDenied), denialKey);
  const keyOf = (entry: Flawed) => {
    if (!isDenied(entry)) return keyWithoutRegions(entry);
    if (!observed.has(entry.scope.assetType)) return denialKey(entry);
    return [kindOfDenial(entry.scope), ...regionsIn(denied.get(denialKey(entry)) ?? [])].join(' ');
  };
  const sorted = [...Map.groupBy(flawed, keyOf).values()].sort((a, b) => weightOf(b) - weightOf(a));
  const reasonOf = new Map(sorted.flatMap((group, index) => group.map(({ scope }) => [scope, index] as const)));
  return { reasons: sorted.map(group => reasonFrom(group, all)), reasonOf };
}

/** The reason of what failed before any scope was looked at. */
export function reasonOfRun(fault: Fault): Reason {
  const scope = { region: '', assetType: '', outcome: 'failed', fault, completeAt: null, items: 0, emptyProofs: 0 };
  const reason = reasonFrom([{ scope, readiness: 'failed' }], []);
  return { ...reason, scopes: 0, regions: [], assetTypes: [] };
}

/** What nobody has to do anything about comes last. */
function weightOf(group: readonly Flawed[]): number {
  return group[0]?.readiness === 'not-applicable' ? 0 : group.length;
}

/** Such as `denied-by-scp` and the policy's ARN; undefined for what is not a denial. */
function kindOfDenial({ fault }: LedgerScope): string | undefined {
  if (fault?.code !== 'access-denied' && fault?.code !== 'denied-by-scp') return undefined;
  const named = reasonOfDenial(fault.aws);
  return [fault.code, named?.policy, named?.explicit, named?.policyArn].join(' ');
}

/** Denied as a whole, and not only in a further call for its items. */
function isDenied({ scope, readiness }: Flawed): boolean {
  return readiness === 'denied' && kindOfDenial(scope) !== undefined;
}

function denialKey({ scope, readiness }: Flawed): string {
  return [kindOfDenial(scope), scope.fault && actionOf(scope.fault), readiness].join(' ');
}

function keyWithoutRegions(entry: Flawed): string {
  const { readiness, scope } = entry;
  if (readiness === 'stale' || readiness === 'not-observed' || !scope.fault) return readiness;
  return kindOfDenial(scope) ? denialKey(entry) : [readiness, scope.fault.code, scope.fault.aws?.service].join(' ');
}

function regionsIn(group: readonly Flawed[]): string[] {
  return unique(group.map(({ scope }) => scope.region));
}

function reasonFrom(group: readonly Flawed[], all: readonly LedgerScope[]): Reason {
  const [first] = group;
  if (!first) throw new Error('a group of scopes is never empty');
  const { readiness, scope } = first;
  const fault = readiness === 'stale' || readiness === 'not-observed' ? null : scope.fault;
  const faults = group.flatMap(member => (fault && member.scope.fault ? [member.scope.fault] : []));
  const isDenial = kindOfDenial(scope) !== undefined && fault !== null;
  const actions = isDenial ? unique(faults.flatMap(actionOf)) : [];
  const denial = isDenial ? (reasonOfDenial(fault.aws) ?? null) : null;
  const regions = regionsIn(group);
  const assetTypes = unique(group.map(member => member.scope.assetType));
  const extent = isDenied(first) ? extentOf(group, { regions, assetTypes, all }) : 'everywhere';
  return {
    ...wordsOf({ readiness, faults, actions, denial, regions, extent }),
    readiness,
    code: fault?.code ?? readiness,
    ...{ actions, denial, regions, fault },
    scopes: group.length,
    assetTypes,
  };
}

/** Whether a denial is about regions: about everything in them, or about some types there that are not denied elsewhere. */
function extentOf(
  group: readonly Flawed[],
  { regions, assetTypes, all }: Pick<Reason, 'regions' | 'assetTypes'> & { all: readonly LedgerScope[] },
): Told['extent'] {
  const elsewhere = all.some(scope => assetTypes.includes(scope.assetType) && scope.outcome === 'complete');
  if (!elsewhere) return 'everywhere';
  const there = all.filter(scope => regions.includes(scope.region) && scope.outcome !== 'not-applicable');
  return there.length === group.length ? 'whole-regions' : 'in-regions';
}

/** What was denied; the ledger of an earlier version has only AWS's own words. */
function actionOf({ aws }: Fault): string[] {
  if (aws?.action !== undefined) return [aws.action];
  return aws ? [`${aws.service}:${aws.operation}`] : [];
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}
