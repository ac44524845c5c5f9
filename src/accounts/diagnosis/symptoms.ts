import type { SimulatedAction } from '../../aws/iam.ts';
import type { Fault } from '../../domain/faults.ts';
import type { Result } from '../../domain/result.ts';
import type { ParsedRoleArn } from '../../domain/role-arn.ts';
import type { HubEvidence } from '../../store/hubs.ts';
import type { ProbeAnswer } from '../shapes.ts';
import type { CauseNames } from './causes.ts';

/** Everything that is known when a hub could not assume a role; what was not asked, or was not answered, is unknown. */
export interface Symptoms {
  readonly names: CauseNames;
  readonly role: ParsedRoleArn;
  /** Why not, of the assumption with the connector's external ID. */
  readonly fault: Fault;
  /** The two other assumptions through the same hub. */
  readonly probes: { readonly withoutExternalId: ProbeAnswer; readonly wrongExternalId: ProbeAnswer };
  /** When this was so. */
  readonly at: Date;
  /** Until when a role that was made or edited with the connector may not be visible everywhere; null once it must be. */
  readonly settlesAt: Date | null;
  /** What is known of every hub for this role and external ID; that of this hub is from before. */
  readonly evidence: readonly HubEvidence[];
  /** Another hub that the same role let in when this one was refused; null when there was none. */
  readonly letsIn: HubEvidence | null;
  /** The role's trust policy as it was read last; null when it never was. */
  readonly policy: KnownPolicy | null;
  /** IAM's simulation of the hub's own side; undefined when it was not asked for. */
  readonly simulation?: Result<SimulatedAction>;
  /** Other connectors that were tried through this hub, by the last answer to each. */
  readonly others: { readonly accepted: number; readonly refused: number };
  /** Whether the hub's credentials were ever proved. */
  readonly hubWasProved: boolean;
  /** The name of the session that was asked for. */
  readonly sessionName: string;
}

export interface KnownPolicy {
  readonly text: string;
  readonly readAt: Date;
  /** Read after the refusal, and so what the role has now. */
  readonly live: boolean;
}
