import type { ReplyOf } from '../../../api/contract.ts';
import { hubInWords } from '../../../domain/hub.ts';

type Migration = ReplyOf<'getTrustMigration'>;
type Totals = Migration['totals'];

export interface NextSteps {
  readonly type: 'success' | 'info' | 'warning' | 'error';
  readonly header: string;
  /** What to do, in this order; each a whole sentence. */
  readonly steps: readonly string[];
}

export function totalOf({ onTarget, moving, refused, unknown }: Totals): number {
  return onTarget + moving + refused + unknown;
}

/** Whole percents, rounded down: 100 only when nothing is left. */
export function percentOf(part: number, total: number): number {
  return total === 0 ? 0 : Math.floor((part / total) * 100);
}

/** How a migration stands and what to do next, for somebody who has never seen one. */
export function nextSteps({ targetHub, totals }: Pick<Migration, 'targetHub' | 'totals'>): NextSteps {
  const total = totalOf(totals);
  if (total === 0) {
    return { type: 'info', header: 'There are no connectors of this account type', steps: [] };
  }
  if (!targetHub) {
    return {
      type: 'error',
      header: 'There is no hub to move to',
      steps: [
        'This account type has neither a base account nor a platform account, so its connectors cannot run. Create a base account.',
      ],
    };
  }
  const hub = hubInWords(targetHub);
  const left = total - totals.onTarget;
  if (left === 0) {
    return {
      type: 'success',
      header: total === 1 ? 'The connector is on target' : `All ${count(total)} connectors are on target`,
      steps: [
        `Nothing has to be done. If a role still trusts the hub it had before, the final edits leave only ${hub}.`,
      ],
    };
  }
  return {
    type: totals.refused > 0 ? 'warning' : 'info',
    header: `${count(left)} of ${count(total)} ${total === 1 ? 'connector is' : 'connectors are'} not on target yet`,
    steps: stepsLeft(totals, hub),
  };
}

function stepsLeft({ moving, refused, unknown }: Totals, hub: string): string[] {
  const steps: string[] = [];
  if (refused > 0) {
    steps.push(
      `${roles(refused)} not let ${hub} in. Download the edits and run them in AWS, or open a connector below for its reason and its change. Until then a connector goes on through the hub it had, as long as that one is there.`,
    );
  }
  if (moving > 0) {
    steps.push(
      `${connectors(moving)} not tried ${hub} since the last change; the next run or check does. Re-check all does so now.`,
    );
  }
  if (unknown > 0) {
    steps.push(
      `Of ${count(unknown)} nothing is known, because AWS gave no answer or the connector has never run. Re-check all asks again; if it stays so, open the connector for the reason.`,
    );
  }
  steps.push('After every edit: Re-check all. A connector moves as soon as its role lets the hub in.');
  return steps;
}

function roles(many: number): string {
  return many === 1 ? '1 role does' : `${count(many)} roles do`;
}

function connectors(many: number): string {
  return many === 1 ? '1 connector has' : `${count(many)} connectors have`;
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}
