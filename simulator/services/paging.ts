import { createHash } from 'node:crypto';
import { AwsError, type Call } from '../service.ts';

export interface Page<T> {
  items: T[];
  nextToken: string | undefined;
}

/**
 * One page of a listing. The token is a position in `items`, sealed with the call's account, region, operation and
 * filters, so that a token from elsewhere is refused. `items` must only ever grow at its end; what has vanished is left out
 * by `include`.
 */
export function takePage<T>(
  call: Call<unknown>,
  listing: {
    items: Pick<readonly T[], 'length' | 'at'>;
    include?: (item: T) => boolean;
    /** Absent: everything in one page. */
    limit: number | undefined;
    token: string | undefined;
    /** What else must be equal between the calls of one listing. */
    scope?: unknown;
    invalidToken: { code: string; message: string };
  },
): Page<T> {
  const place = placeOf(call, listing);
  if (call.emptyPage) {
    // Counted, so that no two tokens of a listing are equal: AWS promises progress even where it answers nothing.
    return { items: [], nextToken: tokenFor(call, { ...place, empties: place.empties + 1 }, listing) };
  }
  const include = listing.include ?? (() => true);
  const limit = listing.limit ?? Number.POSITIVE_INFINITY;
  const taken: T[] = [];
  for (let position = place.position; position < listing.items.length; position += 1) {
    const item = listing.items.at(position);
    if (item === undefined || !include(item)) continue;
    if (taken.length === limit) {
      return { items: taken, nextToken: tokenFor(call, call.repeatToken ? place : { ...place, position }, listing) };
    }
    taken.push(item);
  }
  if (call.repeatToken) return { items: taken, nextToken: tokenFor(call, place, listing) };
  return { items: taken, nextToken: undefined };
}

/** What is needed to open a listing's token. */
interface Listing {
  token: string | undefined;
  scope?: unknown;
  invalidToken: { code: string; message: string };
}

/** Where a listing goes on; an AwsError for a token that is not its own. */
export function placeOf(call: Call<unknown>, listing: Listing): Place {
  const place = listing.token === undefined ? START : openToken(listing.token, scopeOf(call, listing));
  if (!place) throw new AwsError({ ...listing.invalidToken, status: 400 });
  return place;
}

/** The token with which a listing goes on at a place. */
export function tokenFor(call: Call<unknown>, place: Place, listing: Listing): string {
  return sealToken(place, scopeOf(call, listing));
}

function scopeOf({ caller, region, operation }: Call<unknown>, { scope }: Listing): string {
  return JSON.stringify([caller.accountId, region, operation, scope ?? null]);
}

export interface Place {
  position: number;
  /** How many empty pages this listing has had. */
  empties: number;
}

const START: Place = { position: 0, empties: 0 };

function sealToken({ position, empties }: Place, scope: string): string {
  return Buffer.from(`${position}.${empties}.${seal(position, empties, scope)}`).toString('base64url');
}

function openToken(token: string, scope: string): Place | undefined {
  const text = Buffer.from(token, 'base64url').toString('latin1');
  const match = /^(\d{1,15})\.(\d{1,9})\.([0-9a-f]{32})$/.exec(text);
  // Node reads base64 leniently; only the token as it was handed out counts.
  if (!match || Buffer.from(text, 'latin1').toString('base64url') !== token) return undefined;
  const position = Number(match[1]);
  const empties = Number(match[2]);
  return match[3] === seal(position, empties, scope) ? { position, empties } : undefined;
}

function seal(position: number, empties: number, scope: string): string {
  return createHash('sha256').update(`${position}/${empties}/${scope}`).digest('hex').slice(0, 32);
}
