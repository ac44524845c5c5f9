import { createHash } from 'node:crypto';
import { type OrganisationPolicy, organisationPolicyOf } from '../accounts/readiness/reason-words.ts';
import { canonicalJson } from '../domain/canonical-json.ts';
import { type Fault, fault } from '../domain/faults.ts';
import type { Hub } from '../domain/hub.ts';
import { LIMITS } from '../domain/limits.ts';
import type { LaggingConnector, LaggingScopes } from '../store/alert-causes.ts';
import type { AlertCause } from '../store/alerts.ts';

/** A cause why a connector is not complete, as one alert tells it for all connectors that share it. */
export interface FoundCause {
  readonly cause: AlertCause;
  readonly fault: Fault;
  /** Scopes concerned, and their regions; 0 when the role was not reached at all. */
  readonly scopes: number;
  readonly regions: number;
}

/**
 * The causes of one connector, each once. A run that failed has the one fault that ended it, and what its role was to be
 * reached through belongs to the cause: a key that is deleted stops all connectors of its hub. Of a run that reached the
 * role, the scopes that are not complete tell the causes: all denials by policies of a kind are one, made of the actions
 * that are missing, so that it is mended by one edit of one policy, in however many regions they are missing; other faults
 * are one for each code.
 */
export function causesOf(connector: LaggingConnector, hub: Hub | null): FoundCause[] {
  const { accountType, runState, runFault, scopes } = connector;
  if (runState === 'failed' && runFault) {
    const cause = { code: runFault.code, accountType, hub, actions: [] };
    return [{ cause, fault: runFault, scopes: 0, regions: 0 }];
  }
  if (runState !== 'problems') {
    const cause = { code: 'no-run-ended', accountType, hub: null, actions: [] } as const;
    const detail = runState === 'ok' ? 'No run has ended since the last complete one.' : 'No run has ever ended.';
    return [{ cause, fault: fault('no-run-ended', detail), scopes: 0, regions: 0 }];
  }
  const known = scopes.filter(hasFault);
  if (known.length === 0) {
    const cause = { code: 'no-run-ended', accountType, hub: null, actions: [] } as const;
    const detail = 'Why the latest run was not complete is not known any more, and none has ended since.';
    return [{ cause, fault: fault('no-run-ended', detail), ...extentOf(scopes) }];
  }
  const byCode = (groups: readonly Known[]) => [...Map.groupBy(groups, ({ fault: { code } }) => code)];
  return [
    ...denialsByPolicy(known.filter(isDenied)).map(groups => denials(accountType, groups)),
    ...byCode(known.filter(group => !isDenied(group))).flatMap(([code, groups]) => {
      const why = groups[0]?.fault;
      return why ? [{ cause: { code, accountType, hub: null, actions: [] }, fault: why, ...extentOf(groups) }] : [];
    }),
  ];
}

function extentOf(groups: readonly LaggingScopes[]): Pick<FoundCause, 'scopes' | 'regions'> {
  return {
    scopes: groups.reduce((sum, group) => sum + group.scopes, 0),
    regions: new Set(groups.flatMap(group => group.regions)).size,
  };
}

/** The same for the same cause, and for no other. */
export function causeKey(cause: AlertCause): string {
  return createHash('sha256').update(canonicalJson(cause)).digest('hex');
}

type Known = LaggingScopes & { readonly fault: Fault };

function hasFault(group: LaggingScopes): group is Known {
  return group.fault !== null;
}

/** A denial that does not name its action is a cause by its code alone. */
function isDenied({ fault: why }: Known): boolean {
  return (why.code === 'access-denied' || why.code === 'denied-by-scp') && why.aws?.action !== undefined;
}

function denialsByPolicy(denied: readonly Known[]): Known[][] {
  return [...Map.groupBy(denied, ({ fault: why }) => organisationPolicyIn(why)).values()];
}

function organisationPolicyIn(why: Fault | undefined): OrganisationPolicy | null {
  return why?.code === 'denied-by-scp' ? organisationPolicyOf(why) : null;
}

function denials(accountType: AlertCause['accountType'], groups: readonly Known[]): FoundCause {
  const actions = [...new Set(groups.flatMap(group => group.fault.aws?.action ?? []))].sort();
  const policy = organisationPolicyIn(groups[0]?.fault);
  const words = inWords(actions);
  const extent = extentOf(groups);
  if (policy) {
    // The kind that alerts have always been about is not said: their causes have the keys they had.
    const kind = policy === 'resource control policy' ? { policy } : {};
    const cause = { code: 'denied-by-scp', accountType, hub: null, actions, ...kind } as const;
    return { cause, fault: fault('denied-by-scp', `A ${policy} denies ${words}.`), ...extent };
  }
  return {
    cause: { code: 'access-denied', accountType, hub: null, actions },
    fault: fault('access-denied', `${words} ${actions.length === 1 ? 'is' : 'are'} not allowed for the role.`, {
      remedy: `Add ${words} to the role’s permissions policy; the page of the connector has the whole policy.`,
    }),
    ...extent,
  };
}

function inWords(actions: readonly string[]): string {
  const named = actions.slice(0, LIMITS.alertActionsNamed);
  const more = actions.length - named.length;
  if (more > 0) return `${named.join(', ')} and ${more} more`;
  return [named.slice(0, -1).join(', '), named.at(-1)].filter(Boolean).join(' and ');
}
