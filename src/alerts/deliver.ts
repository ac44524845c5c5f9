import { fault } from '../domain/faults.ts';
import { inParallel } from '../domain/in-parallel.ts';
import { LIMITS } from '../domain/limits.ts';
import {
  type ClaimedChannel,
  claimChannels,
  nextDelivery,
  noteTry,
  type PendingDelivery,
  releaseChannel,
} from '../store/alert-deliveries.ts';
import type { AlertDeps } from './deps.ts';
import type { AlertMessage } from './message.ts';
import { send } from './send.ts';
import type { SendEnd } from './send-end.ts';

/**
 * Sends what is queued. A channel has one worker at a time, which sends its messages one after the other; after a failure
 * the whole channel waits, longer each time, so that a receiver that is down is asked once and not for each message. A
 * worker that dies between sending and noting it leaves the message to another one, which sends it again under the same
 * id: every message arrives at least once, or is given up after `alertRetryHours`, and what there is to say then is queued
 * anew. Answers how many were sent.
 */
export async function deliverAlerts(
  deps: AlertDeps,
  stop: AbortSignal = new AbortController().signal,
): Promise<number> {
  const { db, clock } = deps;
  const now = clock.now();
  const channels = await claimChannels(db, { now, heldUntil: held(now), limit: LIMITS.alertChannelsInFlight });
  let sent = 0;
  await inParallel(channels, { limit: LIMITS.alertChannelsInFlight }, async channel => {
    sent += await deliverThrough(deps, channel, stop);
    await releaseChannel(db, channel.hold);
  });
  return sent;
}

async function deliverThrough(deps: AlertDeps, channel: ClaimedChannel, stop: AbortSignal): Promise<number> {
  const { db, clock } = deps;
  let sent = 0;
  while (sent < LIMITS.alertDeliveriesPerHold && !stop.aborted) {
    const delivery = await nextDelivery(db, channel.hold, held(clock.now()));
    if (!delivery) return sent;
    const { settings, sealedSecret, hold } = channel;
    if (!isMessage(delivery.message)) {
      const why = fault('channel-refused', 'The message is of another version of Causeway; it is written anew.');
      if (!(await note(deps, channel, { delivery, end: { sent: false, fault: why }, giveUp: true }))) return sent;
      continue;
    }
    const end = await send(deps, { id: hold.channelId, settings, sealedSecret }, delivery.message);
    const kept = await note(deps, channel, { delivery, end });
    if (!end.sent || !kept) return sent;
    sent += 1;
  }
  return sent;
}

/** False when another worker has the channel by now. */
async function note(
  { db, clock, log }: AlertDeps,
  { hold, failures }: ClaimedChannel,
  {
    delivery,
    end: { sent, fault },
    giveUp = !sent && clock.now().getTime() - delivery.createdAt.getTime() >= LIMITS.alertRetryHours * 3_600_000,
  }: { delivery: PendingDelivery; end: SendEnd; giveUp?: boolean },
): Promise<boolean> {
  const at = clock.now();
  const { alertRetrySeconds: pauses } = LIMITS;
  const seconds = pauses[Math.min(failures, pauses.length - 1)] ?? 0;
  const nextTryAt = sent ? null : new Date(at.getTime() + seconds * 1_000);
  const kept = await noteTry(db, hold, { deliveryId: delivery.id, at, sent, fault, nextTryAt, giveUp });
  const facts = { channelId: hold.channelId, deliveryId: delivery.id };
  const why = fault && { fault: fault.code, detail: fault.detail };
  if (sent) log.info({ ...facts, ...why }, 'an alert was delivered');
  else log.warn({ ...facts, ...why, giveUp }, 'an alert was not delivered');
  return kept;
}

function held(now: Date): Date {
  return new Date(now.getTime() + LIMITS.alertHoldSeconds * 1_000);
}

/** What is in the database was written by `alertMessage`; only its type is lost on the way. */
function isMessage(message: unknown): message is AlertMessage {
  return typeof message === 'object' && message !== null && 'version' in message && message.version === 1;
}
