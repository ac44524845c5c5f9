import { randomBytes, randomUUID } from 'node:crypto';

/** Where randomness comes from. Nothing else draws random bytes, so a test can own it. */
export interface Ids {
  /** A new UUID version 7 (RFC 9562): its first 48 bits are the time, so ids sort by age and indexes stay compact. */
  uuid(): string;
  /** `bytes` random bytes as base64url: for tokens and generated passwords. */
  secret(bytes: number): string;
}

export const systemIds: Ids = {
  uuid: () => uuidV7(Date.now()),
  secret: bytes => randomBytes(bytes).toString('base64url'),
};

/**
 * The random part is that of a version 4, of which Node draws many at once: random bytes for one alone take six times as
 * long, and a page of a listing takes a thousand.
 */
function uuidV7(timeMs: number): string {
  const time = timeMs.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(RANDOM_FROM)}`;
}

/** Behind the digit that says the version. */
const RANDOM_FROM = 15;
