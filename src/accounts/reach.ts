import type { MemberSession } from '../aws/session.ts';
import type { Fault } from '../domain/faults.ts';
import type { Hub } from '../domain/hub.ts';
import type { Result } from '../domain/result.ts';
import type { AccountsDeps } from './deps.ts';

/** What a member account is reached for. */
export type Purpose =
  | { readonly kind: 'run'; readonly runId: string; readonly trigger: 'created' | 'schedule' | 'request' }
  | { readonly kind: 'check'; readonly checkId: string };

/** A connector's member account, reached: account and partition of the session are the connector's (invariant I3). */
export interface Reach {
  /** The hub that it was reached through; the connector's current hub from now on. */
  readonly hub: Hub;
  readonly session: MemberSession;
  /** While the connector is moving: why the target hub was refused. */
  readonly targetFault?: Fault;
}

export async function reach(
  _deps: AccountsDeps,
  _request: { connectorId: string; purpose: Purpose },
): Promise<Result<Reach>> {
  throw new Error('not written yet');
}
