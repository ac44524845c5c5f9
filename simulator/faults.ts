import type { Clock } from '../src/domain/clock.ts';
import { denial, expiredToken, regionOff, serverError, sessionLimit, throttling } from './fault-words.ts';
import type { ServiceName } from './service.ts';
import { createTokenBuckets } from './token-buckets.ts';
import { createPrng } from './world/prng.ts';

/** What a fault rule can see of an authenticated request, before it is authorised and before its service runs. */
export interface FaultRequest {
  service: ServiceName;
  operation: string;
  /** The region of the credential scope. */
  region: string;
  /** The caller's account: for AssumeRole the hub's, for everything done in a session the member's. */
  accountId: string;
  /** ARN of the caller, for the words of a denial. */
  callerArn: string;
  /** For AssumeRole the role's ARN, so that a rule can aim at one role; else absent. */
  resource?: string;
  /** Whether a listing asks for pages or filters: EC2 has a smaller bucket for listings that do neither. */
  paged?: boolean;
}

/** What the server does with a request: first waits `delayMs`, then `outcome`. */
export interface FaultDecision {
  delayMs: number;
  outcome: FaultOutcome;
}

export type FaultOutcome =
  /** As if there were no fault script. */
  | { kind: 'pass' }
  /** This error in the service's protocol, instead of running the operation. */
  | { kind: 'error'; code: string; message: string; status: number }
  /** Never answer; the connection stays open until the client gives up. */
  | { kind: 'hang' }
  /** Close the connection without an answer. */
  | { kind: 'drop' }
  /** Run the operation and send a valid HTTP answer whose body ends in the middle of the document. */
  | { kind: 'truncate' }
  /** Run the operation and close the connection without an answer. */
  | { kind: 'drop-answer' }
  /** Run the operation with `call.emptyPage` set: a listing then answers no items and a token for the same place. */
  | { kind: 'empty-page' }
  /** Run the operation with `call.repeatToken` set: a listing then answers its page and the token of that same page. */
  | { kind: 'repeat-token' };

/** The server asks once per authenticated request. Calls are counted, so asking is not idempotent. */
export type DecideFault = (request: FaultRequest) => FaultDecision;

/** One line of a fault script: which calls it is about, which of those it strikes, and how. */
export interface FaultRule {
  /** To replace or remove the rule by. */
  id: string;
  /** Patterns with `*` for any characters; an absent one matches everything. */
  match: {
    accountId?: string;
    region?: string;
    service?: string;
    operation?: string;
    resource?: string;
  };
  effect: FaultEffect;
  /** Of the calls that match, strikes only those from this number on (the first is 1). */
  from?: number;
  /** … up to and including this number. */
  to?: number;
  /** Strikes at most so many times. */
  times?: number;
  /** Strikes a call with this probability, drawn from the script's seed; default 1. */
  probability?: number;
}

export type FaultEffect =
  | { kind: 'deny'; by: Denier }
  /** AssumeRole only: the session is longer than role chaining or the role allows. */
  | { kind: 'session-limit'; limit: 'role-chaining' | 'role-maximum' }
  | { kind: 'expired-token' }
  | { kind: 'throttle' }
  | { kind: 'server-error'; error: 'internal' | 'unavailable' }
  | { kind: 'region-off' }
  | { kind: 'hang' }
  | { kind: 'drop' }
  | { kind: 'truncate' }
  | { kind: 'drop-answer' }
  | { kind: 'empty-page' }
  | { kind: 'repeat-token' }
  /** Answers rightly, but late; rules after it still apply. */
  | { kind: 'slow'; delayMs: number };

/**
 * Which policy denies, in the words that AWS has for it: `scp`, `rcp`, `boundary`, `session`, `endpoint` and `identity-deny` by
 * a Deny; `identity` because none allows; `trust` and `trust-deny` are the role's trust policy.
 */
export const DENIERS = [
  'scp',
  'rcp',
  'identity',
  'identity-deny',
  'boundary',
  'session',
  'endpoint',
  'trust',
  'trust-deny',
] as const;

export type Denier = (typeof DENIERS)[number];

export interface Faults {
  decide: DecideFault;
  rules(): readonly FaultRule[];
  /** Adds a rule at the end of the script, or replaces the one with its id and begins its count anew. */
  put(rule: FaultRule): void;
  /** Whether there was such a rule. */
  remove(id: string): boolean;
  clear(): void;
}

/**
 * Runs a fault script: rules are tried in order, the first that strikes decides (a slow one only adds its delay).
 * With `tokenBuckets`, AWS's documented request rates apply as well.
 */
export function createFaults({
  rules = [],
  seed = 0,
  clock,
  tokenBuckets = false,
}: {
  rules?: readonly FaultRule[];
  seed?: number;
  clock: Clock;
  tokenBuckets?: boolean;
}): Faults {
  let script: ScriptedRule[] = [];
  const buckets = tokenBuckets ? createTokenBuckets(clock) : undefined;
  const faults: Faults = {
    decide(request) {
      let delayMs = 0;
      if (buckets && !buckets.take(request))
        return { delayMs, outcome: { kind: 'error', ...throttling(request.service) } };
      for (const rule of script) {
        if (!rule.strikes(request)) continue;
        if (rule.rule.effect.kind === 'slow') delayMs += rule.rule.effect.delayMs;
        else return { delayMs, outcome: outcomeOf(rule.rule.effect, request) };
      }
      return { delayMs, outcome: { kind: 'pass' } };
    },
    rules: () => script.map(({ rule }) => rule),
    put(rule) {
      const scripted = scriptRule(rule, seed);
      const place = script.findIndex(other => other.rule.id === rule.id);
      if (place < 0) script.push(scripted);
      else script[place] = scripted;
    },
    remove(id) {
      const before = script.length;
      script = script.filter(({ rule }) => rule.id !== id);
      return script.length < before;
    },
    clear() {
      script = [];
    },
  };
  for (const rule of rules) faults.put(rule);
  return faults;
}

interface ScriptedRule {
  rule: FaultRule;
  /** Counts the call if it matches, and says whether this one is struck. */
  strikes(request: FaultRequest): boolean;
}

function scriptRule(rule: FaultRule, seed: number): ScriptedRule {
  const prng = createPrng(seed, `fault/${rule.id}`);
  const matches = compileMatch(rule.match);
  let seen = 0;
  let struck = 0;
  return {
    rule,
    strikes(request) {
      if (!matches(request)) return false;
      seen += 1;
      if (seen < (rule.from ?? 1) || seen > (rule.to ?? Number.POSITIVE_INFINITY)) return false;
      if (struck >= (rule.times ?? Number.POSITIVE_INFINITY)) return false;
      if (!prng.chance(rule.probability ?? 1)) return false;
      struck += 1;
      return true;
    },
  };
}

function compileMatch(match: FaultRule['match']): (request: FaultRequest) => boolean {
  const tests = (['accountId', 'region', 'service', 'operation', 'resource'] as const).flatMap(part => {
    const pattern = match[part];
    if (pattern === undefined) return [];
    const regExp = new RegExp(`^${pattern.split('*').map(escapeRegExp).join('.*')}$`);
    return [(request: FaultRequest) => regExp.test(request[part] ?? '')];
  });
  return request => tests.every(test => test(request));
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function outcomeOf(effect: Exclude<FaultEffect, { kind: 'slow' }>, request: FaultRequest): FaultOutcome {
  switch (effect.kind) {
    case 'deny':
      return { kind: 'error', ...denial(request, effect.by) };
    case 'session-limit':
      return { kind: 'error', ...sessionLimit(effect.limit) };
    case 'expired-token':
      return { kind: 'error', ...expiredToken(request.service) };
    case 'throttle':
      return { kind: 'error', ...throttling(request.service) };
    case 'server-error':
      return { kind: 'error', ...serverError(request.service, effect.error) };
    case 'region-off':
      return { kind: 'error', ...regionOff(request) };
    default:
      return effect;
  }
}
