import { LIMITS } from '../domain/limits.ts';
import type { AlertEvent } from '../store/alert-deliveries.ts';
import type { Notice, Standing } from '../store/alerts.ts';

export interface Decision {
  readonly event: AlertEvent;
  /** What the channel has been told then. */
  readonly notice: Notice;
}

/**
 * What a channel is to be told of an alert now; null for nothing. Pure, and for each channel by itself:
 *
 * opened     it was never told, or was told that it is resolved, and connectors fail. At most every `alertRepeatHours`.
 * updated    twice as many connectors fail as it was told last.
 * reminder   it was told of nothing new for as long as the channel wants to be reminded.
 * resolved   no connector that concerns the channel fails for this cause any more.
 *
 * A message that was never sent makes room for a newer one; if it was to say that the alert is open, the newer one says so.
 */
export function decide(standing: Omit<Standing, 'alert' | 'channelId'>, now: Date): Decision | null {
  const { connectors, lingering, notice, pending, remindHours } = standing;
  const since = (at: Date, hours: number) => now.getTime() - at.getTime() >= hours * 3_600_000;
  const sequence = (notice?.sequence ?? 0) + 1;
  if (notice?.told === 'open') {
    const openedAt = notice.openedAt;
    if (connectors + lingering === 0) {
      return { event: 'resolved', notice: { told: 'resolved', toldAt: now, openedAt, connectors: 0, sequence } };
    }
    const many = connectors >= 2 * notice.connectors && since(notice.toldAt, LIMITS.alertUpdateMinutes / 60);
    const long = since(notice.toldAt, remindHours);
    if (connectors === 0 || !(many || long)) return null;
    const event = pending === 'opened' ? 'opened' : long ? 'reminder' : 'updated';
    return { event, notice: { told: 'open', toldAt: now, openedAt, connectors, sequence } };
  }
  if (connectors === 0) return null;
  if (notice && !since(notice.openedAt, LIMITS.alertRepeatHours)) return null;
  return { event: 'opened', notice: { told: 'open', toldAt: now, openedAt: now, connectors, sequence } };
}
