import { reasonOfDenial } from '../../aws/denial.ts';
import type { Fault } from '../../domain/faults.ts';
import type { Mender, Readiness } from '../../domain/readiness.ts';
import type { LedgerScope } from '../../store/readiness.ts';
import { type Denial, wordsOf } from './reason-words.ts';

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
 * Groups scopes by what keeps them from being fresh: the same action denied in fourteen regions is one reason. `all` are
 * the connector's scopes; a region in which one kind of policy denies every one of them is one reason too, whatever the
 * actions, because such a denial is about the region.
 */
export function reasonsOf(flawed: readonly Flawed[], all: readonly LedgerScope[]): Reasons {
  const closed = closedRegions(flawed, all);
  const groups = Map.groupBy(flawed, entry => keyOf(entry, closed));
  const sorted = [...groups.values()].sort((a, b) => weightOf(b) - weightOf(a));
  const reasonOf = new Map(sorted.flatMap((group, index) => group.map(({ scope }) => [scope, index] as const)));
  return { reasons: sorted.map(group => reasonFrom(group, closed)), reasonOf };
}

/** The reason of what failed before any scope was looked at. */
export function reasonOfRun(fault: Fault): Reason {
  const scope = { region: '', assetType: '', outcome: 'failed', fault, completeAt: null, items: 0 };
  const reason = reasonFrom([{ scope, readiness: 'failed' }], new Set());
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

/** Regions in which every scope is denied in one way, unless that is so everywhere: then it is not about regions. */
function closedRegions(flawed: readonly Flawed[], all: readonly LedgerScope[]): ReadonlySet<string> {
  const denied = flawed.filter(({ readiness }) => readiness === 'denied');
  const deniedIn = Map.groupBy(denied, ({ scope }) => scope.region);
  const closed = [...Map.groupBy(all, ({ region }) => region)].filter(([region, scopes]) => {
    const here = deniedIn.get(region) ?? [];
    const kinds = new Set(here.map(({ scope }) => kindOfDenial(scope)));
    const applicable = scopes.filter(({ outcome }) => outcome !== 'not-applicable');
    return scopes.length > 1 && here.length === applicable.length && kinds.size === 1;
  });
  const regions = new Set(closed.map(([region]) => region));
  return all.some(({ region, outcome }) => !regions.has(region) && outcome === 'complete') ? regions : new Set();
}

function keyOf({ scope, readiness }: Flawed, closed: ReadonlySet<string>): string {
  const { fault, region } = scope;
  if (readiness === 'stale' || readiness === 'not-observed' || !fault) return readiness;
  const kind = kindOfDenial(scope);
  if (kind === undefined) return [readiness, fault.code, fault.aws?.service].join(' ');
  return readiness === 'denied' && closed.has(region) ? `${kind} region` : `${kind} ${actionOf(fault)} ${readiness}`;
}

function reasonFrom(group: readonly Flawed[], closed: ReadonlySet<string>): Reason {
  const [first] = group;
  if (!first) throw new Error('a group of scopes is never empty');
  const { readiness, scope } = first;
  const fault = readiness === 'stale' || readiness === 'not-observed' ? null : scope.fault;
  const faults = group.flatMap(member => (fault && member.scope.fault ? [member.scope.fault] : []));
  const isDenial = kindOfDenial(scope) !== undefined && fault !== null;
  const actions = isDenial ? unique(faults.flatMap(actionOf)) : [];
  const denial = isDenial ? (reasonOfDenial(fault.aws) ?? null) : null;
  const regions = unique(group.map(member => member.scope.region));
  const wholeRegions = readiness === 'denied' && closed.has(scope.region);
  return {
    ...wordsOf({ readiness, faults, actions, denial, regions, wholeRegions }),
    readiness,
    code: fault?.code ?? readiness,
    ...{ actions, denial, regions, fault },
    scopes: group.length,
    assetTypes: unique(group.map(member => member.scope.assetType)),
  };
}

/** What was denied; the ledger of an earlier version has only AWS's own words. */
function actionOf({ aws }: Fault): string[] {
  if (aws?.action !== undefined) return [aws.action];
  return aws ? [`${aws.service}:${aws.operation}`] : [];
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}
