import type { Clock } from '../../src/domain/clock.ts';
import { FAULTS, type Fault, fault, remedyOf } from '../../src/domain/faults.ts';
import type { CallLog } from '../call-log.ts';
import type { Faults } from '../faults.ts';
import type { Account, World } from '../world/world.ts';

/** A request below /_control/, as the server hands it over after checking that it came from this machine. */
export interface ControlRequest {
  method: string;
  /** Path without the query, such as `/_control/calls`. */
  path: string;
  query: URLSearchParams;
  /** The raw body; empty when there is none. */
  body: string;
}

export interface ControlAnswer {
  status: number;
  /** JSON value to send; undefined sends no body. */
  body: unknown;
}

/** Everything of a running simulated AWS that the control API reads and changes. */
export interface Controlled {
  world: World;
  clock: Clock;
  faults: Faults;
  callLog: CallLog;
  /** The world as it was at the start, made anew. */
  remake: () => World;
  /** Called after every change, so that it can be saved. */
  changed: () => void;
}

export interface ControlCall {
  simulation: Controlled;
  request: ControlRequest;
  /** Out of the path, by name. */
  values: Record<string, string>;
}

export type Handler = (call: ControlCall) => ControlAnswer;

export function found(body: unknown): ControlAnswer {
  return { status: 200, body };
}

export function created(body: unknown): ControlAnswer {
  return { status: 201, body };
}

export function done(): ControlAnswer {
  return { status: 204, body: undefined };
}

export function refused(wrong: Fault): ControlAnswer {
  const { status, title } = FAULTS[wrong.code];
  const { code, detail, field } = wrong;
  return { status, body: { code, title, detail, ...(field === undefined ? {} : { field }), remedy: remedyOf(wrong) } };
}

/** Runs `handle` with the account of the path, or answers that there is none. */
export function withAccount(handle: (call: ControlCall, account: Account) => ControlAnswer): Handler {
  return call => {
    const account = call.simulation.world.accounts[call.values.accountId ?? ''];
    if (!account) return refused(fault('not-found', `There is no account ${call.values.accountId} in this world.`));
    return handle(call, account);
  };
}
