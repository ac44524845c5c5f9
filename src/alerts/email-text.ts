import { hubInWords } from '../domain/hub.ts';
import { factsOfAccountType, isAccountType } from '../domain/partition.ts';
import { type AlertMessage, counted } from './message.ts';

interface Email {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** The same for each try of the same message, so that a mailbox may drop the second. */
  readonly messageId: string;
  /** Groups the messages of an alert. */
  readonly references?: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A message as an e-mail: a line that says it, then blocks of facts, as text and as simple HTML. */
export function emailOf(message: AlertMessage): Email {
  const { id, event, summary, alert } = message;
  const blocks = blocksOf(message);
  return {
    subject: `[Causeway] ${oneLine(summary)}`,
    text: `${summary}\n\n${blocks.map(textOf).join('\n\n')}\n`,
    html: `<!doctype html><html lang="en"><body><h1 style="font-size:1.2em">${escaped(summary)}</h1>${blocks.map(htmlOf).join('')}</body></html>`,
    messageId: `<${id}@causeway.invalid>`,
    ...(alert ? { references: `<${alert.id}@causeway.invalid>` } : {}),
    headers: { 'Causeway-Delivery': id, 'Causeway-Event': event, 'Auto-Submitted': 'auto-generated' },
  };
}

interface Block {
  readonly heading: string;
  readonly lines: readonly string[];
}

function blocksOf({ alert, id, sequence }: AlertMessage): Block[] {
  if (!alert) return [{ heading: 'Message', lines: [`Id ${id}`] }];
  const { cause, connectors, firstAt, lastAt, resolvedAt, occurrences } = alert;
  const { total, most, named, recovered, disabled, otherwise } = connectors;
  const accountType = isAccountType(cause.accountType) ? factsOfAccountType(cause.accountType).label : '';
  const others = `${recovered} complete again, ${disabled} disabled, ${otherwise} for another cause or reason; the others were deleted.`;
  return [
    {
      heading: 'Cause',
      lines: [
        `${cause.title} (${cause.code})`,
        cause.detail,
        ...(resolvedAt === null ? [`What to do: ${cause.remedy}`] : []),
        `Account type: ${accountType}`,
        ...(cause.hub ? [`Hub: ${hubInWords(cause.hub)}`] : []),
        ...(cause.actions.length > 0 ? [`Actions: ${cause.actions.join(', ')}`] : []),
      ],
    },
    {
      heading: 'Connectors',
      lines:
        resolvedAt === null
          ? [`${total} now, ${most} at most`, ...namedLines(named, total), allOf(alert.id)]
          : [`${most} at most. ${others}`, allOf(alert.id)],
    },
    {
      heading: 'When',
      lines: [
        `First ${firstAt}`,
        `Last ${lastAt}`,
        ...(resolvedAt === null ? [] : [`Resolved ${resolvedAt}`]),
        ...(occurrences > 1 ? [`Opened ${occurrences} times`] : []),
        `Alert ${alert.id}, message ${sequence}`,
      ],
    },
  ];
}

/** Where to go on: what address people reach Causeway at, it does not know. */
function allOf(alertId: string): string {
  return `All of them: “causeway alerts show ${alertId}”, or CloudView > Alerts.`;
}

type Named = NonNullable<AlertMessage['alert']>['connectors']['named'];

function namedLines(named: Named, total: number): string[] {
  const lines = named.map(({ name, accountId, intervals, scopes, regions }) => {
    const where = scopes === 0 ? '' : `, ${counted(scopes, 'scope')} in ${counted(regions, 'region')}`;
    return `${name} (account ${accountId}), ${counted(intervals, 'polling interval')}${where}`;
  });
  return total > named.length ? [...lines, `and ${total - named.length} more`] : lines;
}

function textOf({ heading, lines }: Block): string {
  return [heading, ...lines.map(line => `  ${oneLine(line)}`)].join('\n');
}

function htmlOf({ heading, lines }: Block): string {
  const items = lines.map(line => `<li>${escaped(oneLine(line))}</li>`).join('');
  return `<h2 style="font-size:1em">${escaped(heading)}</h2><ul>${items}</ul>`;
}

/** Names come from people: nothing in them begins a line or a header of its own. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, letter => `&#${letter.charCodeAt(0)};`);
}
