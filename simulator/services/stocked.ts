import { AwsError, type Call } from '../service.ts';
import { GLOBAL_TYPES, type ResourceType, type ResourceTypes } from '../world/resource-types.ts';
import { resourcesOf } from '../world/stock.ts';
import type { Account, JsonSafe } from '../world/world.ts';
import { type Page, takePage } from './paging.ts';

/** A resource as the world has it. */
export type Stored<Type extends ResourceType> = JsonSafe<ResourceTypes[Type]>;

/** The caller's resources of a type, in the call's region. */
export function stocked<Type extends ResourceType>(call: Call<unknown>, type: Type): readonly Stored<Type>[] {
  const account = callersAccount(call);
  return resourcesOf(call.world, { account, region: GLOBAL_TYPES.has(type) ? 'global' : call.region, type });
}

/** Whoever gets to a service was authenticated. */
export function callersAccount({ world, caller }: Call<unknown>): Account {
  const account = world.accounts[caller.accountId];
  if (!account) throw new Error(`the caller’s account ${caller.accountId} is not in the world`);
  return account;
}

/** How a service words what is wrong with a request, or that a resource is not there. */
export interface Wording {
  readonly code: string;
  readonly message: string;
  readonly status?: number;
}

/** The one that a test finds, or the service's error. */
export function oneOf<T>(items: readonly T[], isIt: (item: T) => boolean, missing: Wording): T {
  return items.find(isIt) ?? raise(missing);
}

export function raise({ code, message, status = 400 }: Wording): never {
  throw new AwsError({ code, message, status });
}

/** One page, of a size that is checked as the service checks it. */
export function pageOf<T>(
  call: Call<unknown>,
  items: readonly T[],
  page: {
    size: number | undefined;
    /** Default: the largest. */
    usual?: number;
    min?: number;
    max: number;
    token: string | undefined;
    /** What else must be equal between the calls of one listing. */
    scope?: unknown;
    wrongSize: Wording;
    wrongToken: Wording;
  },
): Page<T> {
  const { size = page.usual ?? page.max, min = 1, max, token, scope, wrongSize, wrongToken } = page;
  if (size < min || size > max) raise(wrongSize);
  return takePage(call, { items, limit: size, token, scope, invalidToken: wrongToken });
}

/** A constraint of the service's model that a number does not satisfy, in the words that most services share. */
export function outOfRange({
  code,
  name,
  min = 1,
  max,
}: {
  code: string;
  name: string;
  min?: number;
  max: number;
}): Wording {
  const message = `1 validation error detected: Value at '${name}' failed to satisfy constraint: Member must have value between ${min} and ${max}`;
  return { code, message };
}
