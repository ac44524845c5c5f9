import { hashOf, mix } from './hash.ts';

/**
 * A fleet: instances of many accounts that are kept nowhere. What a region of an account has is worked out from this plan
 * when it is asked for, the same each time, so that ten million instances take no memory. Plain data, for world files.
 */
export interface Fleet {
  seed: number;
  /** Its accounts are numbered from this one on, without gaps. */
  firstAccountId: number;
  accounts: number;
  shape: FleetShape;
  /** Of the instances of every page, the share that changes from one epoch to the next: state, a tag, or another instance. */
  changeRate: number;
  /** When it was made; instances of the first epoch were launched before. */
  startedAt: string;
  /** When each further epoch began, as the control API stepped it; with `epochSeconds` there are those of the clock instead. */
  steps: string[];
  /** The clock begins an epoch every so many seconds; absent: only the control API does. */
  epochSeconds?: number;
}

export interface FleetShape {
  /** Where accounts have something. */
  regions: readonly string[];
  /** In how many of those each account has something. */
  regionsActive: number;
  /** Instances of an account and region. */
  instances: { min: number; max: number };
  /** How unequal accounts are: the r-th largest has r^-skew of the largest; 0: alike. The total stays the same. */
  skew: number;
  /** Accounts, the first ones, that have so many instances instead, all in their first region. */
  large?: { accounts: number; instances: number };
}

/** A region of an account of a fleet. */
export interface FleetScope {
  fleet: Fleet;
  accountId: string;
  region: string;
  /** Instances, in places that stay theirs: a new one takes the place of one that is gone. */
  size: number;
  /** Two numbers of its own. */
  hash: readonly [number, number];
  /** When the fleet began, in milliseconds since 1970. */
  startedMs: number;
}

/** What the account has in the region; undefined if it is not of the fleet, or has nothing there. */
export function scopeOf(
  fleet: Fleet,
  { accountId, region }: { accountId: string; region: string },
): FleetScope | undefined {
  const number = numberOf(fleet, accountId);
  if (number === undefined) return undefined;
  const place = placeOf(fleet, number, region);
  if (place === undefined) return undefined;
  const name = `${fleet.seed}/${accountId}/${region}`;
  const hash = [hashOf(name), hashOf(`${name}/`)] as const;
  const size = sizeOf(fleet, { number, place, lot: mix(hash[0] ^ hash[1]) });
  if (size === 0) return undefined;
  return { fleet, accountId, region, size, hash, startedMs: Date.parse(fleet.startedAt) };
}

/** Regions in which the account has something, the fullest first. */
export function regionsOf(fleet: Fleet, accountId: string): readonly string[] {
  const number = numberOf(fleet, accountId);
  return number === undefined ? [] : activeRegions(fleet, number);
}

/** How many instances it has in all. */
export function instancesOf(fleet: Fleet): number {
  let count = 0;
  for (const accountId of accountIdsOf(fleet)) {
    for (const region of regionsOf(fleet, accountId)) count += scopeOf(fleet, { accountId, region })?.size ?? 0;
  }
  return count;
}

/** IDs of its accounts. */
export function accountIdsOf({ firstAccountId, accounts }: Fleet): string[] {
  return Array.from({ length: accounts }, (_, number) => String(firstAccountId + number));
}

/** The epoch that it is, from 0. */
export function epochOf({ startedAt, steps, epochSeconds }: Fleet, now: Date): number {
  if (epochSeconds === undefined) return steps.length;
  return Math.max(0, Math.floor((now.getTime() - Date.parse(startedAt)) / (epochSeconds * 1_000)));
}

/** When an epoch began. */
export function timeOf({ startedAt, steps, epochSeconds }: Fleet, epoch: number): number {
  if (epochSeconds !== undefined) return Date.parse(startedAt) + epoch * epochSeconds * 1_000;
  return Date.parse(steps[epoch - 1] ?? startedAt);
}

function numberOf({ firstAccountId, accounts }: Fleet, accountId: string): number | undefined {
  const number = Number(accountId) - firstAccountId;
  return number >= 0 && number < accounts ? number : undefined;
}

/** Which of the account's active regions it is, from 0. */
function placeOf(fleet: Fleet, number: number, region: string): number | undefined {
  const { regions, regionsActive } = fleet.shape;
  const index = regions.indexOf(region);
  const place = (index - firstRegion(fleet, number) + regions.length) % regions.length;
  return index >= 0 && place < regionsActive ? place : undefined;
}

function firstRegion({ seed, shape: { regions, regionsActive } }: Fleet, number: number): number {
  return regionsActive >= regions.length ? 0 : mix(seed ^ Math.imul(number + 1, 0x9e3779b1)) % regions.length;
}

function activeRegions(fleet: Fleet, number: number): readonly string[] {
  const { regions, regionsActive } = fleet.shape;
  if (regionsActive >= regions.length) return regions;
  const first = firstRegion(fleet, number);
  return Array.from({ length: regionsActive }, (_, i) => regions[(first + i) % regions.length] ?? '');
}

function sizeOf(fleet: Fleet, { number, place, lot }: { number: number; place: number; lot: number }): number {
  const { large, instances, skew } = fleet.shape;
  if (large && number < large.accounts) return place === 0 ? large.instances : 0;
  const { min, max } = instances;
  const usual = min + (lot % (max - min + 1));
  return skew === 0 ? usual : Math.round(usual * shareOf(fleet, number));
}

/** How many times the mean an account has: Zipf's law over the accounts in an order of their own. */
function shareOf({ seed, accounts, shape: { skew } }: Fleet, number: number): number {
  // Times a large prime: every rank once.
  const rank = (number * 7_919 + mix(seed)) % accounts;
  return (accounts * (rank + 1) ** -skew) / sumOfShares(accounts, skew);
}

const sums = new Map<string, number>();

function sumOfShares(accounts: number, skew: number): number {
  const key = `${accounts}/${skew}`;
  let sum = sums.get(key);
  if (sum === undefined) {
    sum = 0;
    for (let rank = 1; rank <= accounts; rank += 1) sum += rank ** -skew;
    sums.set(key, sum);
  }
  return sum;
}
