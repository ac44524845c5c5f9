import { FAULTS, remedyOf } from '../domain/faults.ts';
import { type Hub, hubInWords } from '../domain/hub.ts';
import { factsOfAccountType } from '../domain/partition.ts';
import type { AlertEvent } from '../store/alert-deliveries.ts';
import type { AlertConnector } from '../store/alert-reads.ts';
import type { AlertRow } from '../store/alerts.ts';

/**
 * What a channel is told: the body of a webhook as it is, and what an e-mail is written from. Its shape is a promise
 * (docs/webhook-payload.md): fields are added, never changed or taken away, without another `version`.
 */
export interface AlertMessage {
  readonly version: 1;
  /** The same for each try of the same message: who has seen it may ignore it. */
  readonly id: string;
  readonly event: `alert.${AlertEvent | 'test'}`;
  /** Counts up with each message about the alert through the channel. */
  readonly sequence: number;
  readonly at: string;
  /** One line for people. */
  readonly summary: string;
  /** null in a test message. */
  readonly alert: MessageAlert | null;
}

interface MessageAlert {
  readonly id: string;
  readonly state: 'open' | 'resolved';
  readonly firstAt: string;
  readonly lastAt: string;
  readonly resolvedAt: string | null;
  readonly occurrences: number;
  readonly cause: {
    readonly key: string;
    readonly code: string;
    readonly title: string;
    readonly detail: string;
    readonly remedy: string;
    readonly accountType: string;
    readonly hub: Hub | null;
    readonly actions: readonly string[];
  };
  readonly connectors: {
    readonly total: number;
    readonly most: number;
    readonly recovered: number;
    readonly disabled: number;
    readonly otherwise: number;
    /** Some of them, by name. */
    readonly named: readonly {
      readonly id: string;
      readonly name: string;
      readonly accountId: string;
      readonly roleArn: string;
      readonly lastCompleteAt: string | null;
      readonly intervals: number;
      readonly scopes: number;
      readonly regions: number;
    }[];
  };
}

export function alertMessage({
  id,
  event,
  sequence,
  at,
  alert,
  connectors,
  named,
}: {
  id: string;
  event: AlertEvent;
  sequence: number;
  at: Date;
  alert: AlertRow;
  /** How many concern the channel. */
  connectors: number;
  named: readonly AlertConnector[];
}): AlertMessage {
  const { cause, fault, causeKey, firstAt, lastAt, resolvedAt, occurrences } = alert;
  const { code, accountType, hub, actions } = cause;
  const { connectorsMost: most, recovered, disabled, otherwise } = alert;
  const over = event === 'resolved';
  return {
    version: 1,
    id,
    event: `alert.${event}`,
    sequence,
    at: at.toISOString(),
    summary: summaryOf(alert, { event, connectors }),
    alert: {
      id: alert.id,
      state: over ? 'resolved' : 'open',
      firstAt: firstAt.toISOString(),
      lastAt: lastAt.toISOString(),
      resolvedAt: over ? (resolvedAt ?? at).toISOString() : null,
      occurrences,
      cause: {
        key: causeKey,
        ...{ code, title: FAULTS[code].title, detail: fault.detail, remedy: remedyOf(fault) },
        ...{ accountType, hub, actions },
      },
      connectors: {
        ...{ total: connectors, most, recovered, disabled, otherwise },
        named: named.map(({ connectorId, name, accountId, roleArn, lastCompleteAt, intervals, scopes, regions }) => ({
          ...{ id: connectorId, name, accountId, roleArn },
          lastCompleteAt: lastCompleteAt?.toISOString() ?? null,
          ...{ intervals, scopes, regions },
        })),
      },
    },
  };
}

export function testMessage({ id, at, channel }: { id: string; at: Date; channel: string }): AlertMessage {
  return {
    ...{ version: 1, id, event: 'alert.test', sequence: 0, at: at.toISOString(), alert: null },
    summary: `This is a test of the alert channel “${channel}”. Nothing is wrong.`,
  };
}

function summaryOf(
  { cause: { code, accountType, hub, actions }, connectorsMost }: AlertRow,
  { event, connectors }: { event: AlertEvent; connectors: number },
): string {
  const which = factsOfAccountType(accountType).label;
  const where = hub ? [hubInWords(hub)] : actions.length > 1 ? [counted(actions.length, 'action')] : actions;
  const what = [FAULTS[code].title, ...where.map(one => `(${one})`)].join(' ');
  const most = counted(connectorsMost, 'connector');
  if (event === 'resolved') return `Resolved: ${what}. It concerned up to ${most} (${which}).`;
  const still = event === 'reminder' ? 'still ' : '';
  const more = event === 'updated' ? 'More: ' : '';
  return `${more}${counted(connectors, 'connector')} (${which}) ${still}not complete: ${what}.`;
}

/** Such as "1 connector" and "12 connectors". */
export function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
