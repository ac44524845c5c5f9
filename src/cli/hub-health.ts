import type { ReplyOf } from '../api/contract.ts';
import type { Paint } from './paint.ts';
import { facts, hubText, table, time } from './text.ts';

type Health = ReplyOf<'hubHealth'>;

export function healthText(health: Health, paint: Paint): string {
  const { proof, roles, dangerous, findings, trustRetired } = health;
  const head = facts([
    ['Asked', time(health.checkedAt)],
    ['Proof', `${proof.outcome}${proof.callerArn ? `, as ${proof.callerArn}` : ''}`],
    ['Key', keyText(health)],
    ['Roles', `${roles.total}: ${roles.accepted} let it in, ${roles.refused} refused it, ${roles.untried} not tried`],
    ['By simulation', simulationText(roles)],
    ['Dangerous rights', dangerousText(health)],
    ['Least policy', `${health.policies.length}, ${health.policyForm}. ${health.policyBecause}`],
  ]);
  const found =
    findings.length === 0
      ? paint('good', 'Nothing was found that is wrong with it.')
      : findings
          .map(({ severity, title, detail, remedy }) => {
            const label = paint(STYLES[severity], severity.toUpperCase());
            return `${label} ${title}\n  ${detail}\n  What to do: ${remedy}`;
          })
          .join('\n');
  return [head, found, ...rightsText(dangerous), ...deniedText(roles), ...retiredText(trustRetired)].join('\n\n');
}

/** Whether somebody has to act now. */
export function isSick({ proof, findings }: Health): boolean {
  return proof.outcome !== 'ok' || findings.some(({ severity }) => severity === 'high');
}

const STYLES = { high: 'bad', medium: 'doubtful', low: 'quiet' } as const;

function keyText({ keyAgeDays, keyAgeFrom }: Health): string {
  if (keyAgeDays === null) return 'none: this kind has no key';
  return `${keyAgeDays} days old, ${keyAgeFrom === 'aws' ? 'as AWS tells' : 'since it was entered here'}`;
}

/** None is never said while conditions decide. */
function dangerousText({ dangerous, dangerousFault, findings }: Health): string {
  if (!dangerous) return `not known: ${dangerousFault?.detail ?? ''}`;
  const isOpen = findings.some(({ code }) => code === 'more-by-conditions');
  return isOpen ? `${dangerous.length} known, others depend on conditions` : String(dangerous.length);
}

function simulationText({ simulated, simulationFault, total }: Health['roles']): string {
  const why = simulationFault ? `${simulationFault.detail} ${simulationFault.remedy}` : '';
  if (!simulated) return `not known: ${why}`;
  const { asked, allowed, denied, unknown } = simulated;
  const open = unknown === 0 ? '' : `, ${unknown} depend on conditions`;
  return `of ${asked === total ? 'all' : `${asked} asked of`} ${total} roles, ${allowed} allowed, ${denied.length} denied${open}. ${why}`.trim();
}

function rightsText(dangerous: Health['dangerous']): string[] {
  if (!dangerous || dangerous.length === 0) return [];
  const rows = dangerous.map(({ action, resource, why, by }) => [action, resource, why, by]);
  return [table(['it may', 'on', 'which', 'allowed by'], rows)];
}

function deniedText({ simulated }: Health['roles']): string[] {
  if (!simulated || simulated.denied.length === 0) return [];
  return [
    table(
      ['role that it may not assume', 'denied by'],
      simulated.denied.map(({ roleArn, by }) => [roleArn, by]),
    ),
  ];
}

function retiredText(trustRetired: Health['trustRetired']): string[] {
  if (trustRetired.length === 0) return [];
  const rows = trustRetired.map(({ name, roleArn, hub, by, at }) => [name, roleArn, hubText(hub), by, time(at)]);
  return [table(['connector', 'role', 'still admits', 'known by', 'as of'], rows)];
}
