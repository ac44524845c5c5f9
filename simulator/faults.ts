import type { ServiceName } from './service.ts';

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
  /** Run the operation with `call.emptyPage` set: a listing then answers no items and a token for the same place. */
  | { kind: 'empty-page' };

/** The server asks once per authenticated request. Calls are counted, so asking is not idempotent. */
export type DecideFault = (request: FaultRequest) => FaultDecision;
