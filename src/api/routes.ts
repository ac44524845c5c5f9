import type { Caller, SessionCaller } from '../accounts/callers.ts';
import type { SignedIn } from '../accounts/sign-in.ts';
import type { Result } from '../domain/result.ts';
import type { Log } from '../log.ts';
import type { Actor } from '../store/audit.ts';
import type { InputOf, ReplyOf, RouteName } from './contract.ts';

/** What every handler is given beside its input. The access that the route table demands has been checked already. */
export interface Call {
  /** null on routes that are public. */
  readonly caller: Caller | null;
  /** The caller as the audit log names it. */
  readonly actor: Actor;
  readonly address: string;
  readonly log: Log;
  /** Sets the session cookie, or with null takes it away. */
  setSession(session: SignedIn | null): void;
}

/** One route at work: its input, parsed, to its reply, or the fault that the caller is told. */
type Handler<Name extends RouteName> = (input: InputOf<Name>, call: Call) => Promise<Result<WireOf<Name>>>;

/** The reply of a route, not to be changed by whoever makes it. */
export type WireOf<Name extends RouteName> = ReadOnly<ReplyOf<Name>>;

export type Handlers = { readonly [Name in RouteName]: Handler<Name> };

/** The caller of a route whose access is `session`. */
export function sessionOf(call: Call): SessionCaller {
  if (call.caller?.kind !== 'session') throw new Error('the access check let in a caller without a session');
  return call.caller;
}

/** The caller of a route that is not public. */
export function callerOf(call: Call): Caller {
  if (!call.caller) throw new Error('the access check let in an anonymous caller');
  return call.caller;
}

type ReadOnly<T> = T extends readonly (infer Item)[]
  ? readonly ReadOnly<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: ReadOnly<T[Key]> }
    : T;
