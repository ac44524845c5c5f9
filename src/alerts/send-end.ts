import type { Fault } from '../domain/faults.ts';

/** How a try to send a message ended. */
export interface SendEnd {
  /** Whether a receiver took it: it is not sent again then. */
  readonly sent: boolean;
  /** Why not; of one that was sent, what is to be mended all the same. */
  readonly fault: Fault | null;
}
