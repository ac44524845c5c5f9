import { type Fault, fault } from '../domain/faults.ts';
import { LIMITS } from '../domain/limits.ts';
import { AddressNotAllowed } from './guard.ts';

/** The fault of a connection that was not made or broke; anything that is not an error of a connection is thrown on. */
export function unreachable(error: unknown, host: string): Fault {
  if (error instanceof AddressNotAllowed) return fault('address-not-allowed', `${error.message}.`);
  if (!(error instanceof Error)) throw error;
  if (error.name === 'AbortError' || error.name === 'TimeoutError') {
    return fault('channel-unreachable', `${host} did not answer within ${LIMITS.alertSendTimeoutMs / 1_000} seconds.`);
  }
  if (!('code' in error)) throw error;
  return fault('channel-unreachable', `${host} cannot be reached: ${printable(error.message)}.`);
}

/** What came from elsewhere, as one line. */
export function printable(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, LIMITS.alertAnswerCharsMax);
}
