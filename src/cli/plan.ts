import type { Command } from 'commander';
import type { ReplyOf } from '../api/contract.ts';
import { withConnector } from './find-connector.ts';
import type { Io } from './io.ts';
import { answer, type Outcome } from './outcome.ts';
import { type CommonOptions, leaf, run, type Session } from './run-command.ts';
import { facts, table, time } from './text.ts';

type Plan = ReplyOf<'estatePlan'>;
type ConnectorPlan = ReplyOf<'connectorPlan'>;

/** `plan`: what the next scheduled runs will take of AWS. */
export function addPlanCommand(program: Command, io: Io): void {
  leaf(program, 'plan', 'how many calls and how long the next scheduled runs will take, before they are made')
    .option('--connector <connector>', 'of this connector, with what it takes of the account’s quotas')
    .action((options: CommonOptions & { connector?: string }) =>
      run(io, options, session =>
        options.connector === undefined ? planOfAll(session) : withConnector(session, options.connector, planOfOne),
      ),
    );
}

async function planOfAll({ client }: Session): Promise<Outcome> {
  const found = await client.call('estatePlan', {});
  if (!found.ok) return found;
  const plan = found.value;
  const rows = plan.apis.map(({ service, operation, calls }) => [service, operation, calls]);
  const connectors = `${plan.connectors} enabled, ${plan.neverRan} of them without a run to tell from`;
  const text = facts([['Connectors', connectors], ...common(plan)]);
  return answer(`${text}\n\n${table(['service', 'operation', 'calls'], rows)}`, plan);
}

async function planOfOne({ client }: Session, { id }: { id: string }): Promise<Outcome> {
  const found = await client.call('connectorPlan', { params: { id } });
  return found.ok ? answer(planText(found.value), found.value) : found;
}

function planText(plan: ConnectorPlan): string {
  const rows = plan.apis.map(({ service, operation, calls, regions, quotaPerSecond, documented, sharePercent }) => {
    return [
      service,
      operation,
      calls,
      regions,
      `${quotaPerSecond}${documented ? '' : ' (guessed)'}`,
      `${sharePercent} %`,
    ];
  });
  const headings = ['service', 'operation', 'calls', 'regions', 'AWS’s quota a second', 'taken of it'];
  const text = facts([
    ...common(plan),
    ['Quota', `at most ${plan.quotaSharePercent} % of what AWS allows the account meanwhile`],
  ]);
  return `${text}\n\n${table(headings, rows)}`;
}

function common({ scopes, newScopes, skipped, calls, seconds }: Plan | ConnectorPlan): (readonly [string, string])[] {
  const fresh = newScopes > 0 ? `, ${newScopes} of them for the first time, which may take more calls` : '';
  const left = skipped
    ? `${skipped.scopes} scopes that are proved empty since ${time(skipped.provedSince)}; ${skipped.calls} calls saved`
    : 'nothing';
  const minutes = seconds < 90 ? `${seconds} s` : `${Math.ceil(seconds / 60)} minutes`;
  return [
    ['Scopes', `${scopes}${fresh}`],
    ['Left out', left],
    ['AWS calls', String(calls)],
    ['Time', `about ${minutes}`],
  ];
}
