import type { ReplyOf } from '../api/contract.ts';
import type { Paint } from './paint.ts';
import { facts, hubText, printable, table, time } from './text.ts';

type Evaluation = ReplyOf<'evaluateTrust'>;
type Advice = ReplyOf<'adviseTrust'>;
type ConnectorTrust = ReplyOf<'connectorTrust'>;
type Edit = Extract<Advice, { kind: 'edits' }>['overlap'];

export function evaluationText({ decision, because, explanation, ...more }: Evaluation, paint: Paint): string {
  const { statement, condition, findings } = more;
  const head = [
    paint(DECISIONS[decision].style, DECISIONS[decision].words),
    printable(because),
    ...(statement
      ? [`Decided by statement ${statement.index + 1}${statement.sid ? ` ("${printable(statement.sid)}")` : ''}.`]
      : []),
    ...(condition ? [`Condition: ${printable(condition)}`] : []),
  ].join('\n');
  const said = explanation.map((words, index) => `  ${index + 1}. ${printable(words)}`);
  const weak = findings.map(
    ({ title, detail, remedy, statement: where }) =>
      `${paint('doubtful', printable(title))}${where === undefined ? '' : ` (statement ${where + 1})`}\n  ${printable(detail)}\n  What to do: ${printable(remedy)}`,
  );
  return [
    head,
    ['The policy says:', ...said].join('\n'),
    ...(weak.length === 0 ? [] : [['What is weak in it:', ...weak].join('\n')]),
  ].join('\n\n');
}

const DECISIONS = {
  allowed: { style: 'good', words: 'allowed' },
  denied: { style: 'bad', words: 'denied' },
  'cannot-tell': { style: 'doubtful', words: 'cannot tell' },
} as const;

/** `assumed`: the advice starts from the policy that was proposed for the role, because the role's own is not known. */
export function adviceText(advice: Advice, paint: Paint, { assumed = false } = {}): string {
  if (advice.kind === 'blocked') {
    return `${paint('bad', 'No addition helps:')} ${printable(advice.because)}`;
  }
  const { overlap, final } = advice;
  if (assumed && !isChanged(overlap)) {
    const title = 'The role’s own policy is not known. If it is still to be made, this is the one for it:';
    return `${paint('strong', title)}\n${diffText(overlap.diff, paint)}`;
  }
  const same = overlap.text === final.text;
  return [
    editText('The edit that lets the hub in, beside whoever is let in now:', overlap, paint),
    ...(same ? [] : [editText('In the end, without the hubs that are not needed any more:', final, paint)]),
  ].join('\n\n');
}

function editText(title: string, edit: Edit, paint: Paint): string {
  const proved = `${edit.sizeChars.toLocaleString('en')} characters: ${SIZES[edit.fits]}. Evaluated with it, the hub is ${VERDICTS[edit.decision]}.`;
  if (!isChanged(edit)) return `${paint('strong', title)}\nNothing has to change. ${proved}`;
  return `${paint('strong', title)}\n${diffText(edit.diff, paint)}\n${proved}`;
}

function isChanged({ diff }: Pick<Edit, 'diff'>): boolean {
  return diff.some(({ kind }) => kind !== 'same');
}

const VERDICTS = { allowed: 'let in', denied: 'still refused', 'cannot-tell': 'perhaps let in' } as const;

const SIZES = {
  'default-quota': 'within AWS’s limit',
  'raised-quota': 'over AWS’s usual limit of 2,048; its quota has to be raised first',
  'no-quota': 'more than AWS allows at all',
} as const;

/** Lines as in a patch. */
export function diffText(diff: Edit['diff'], paint: Paint): string {
  return diff
    .map(({ kind, text }) => {
      const line = printable(text);
      if (kind === 'added') return paint('good', `+ ${line}`);
      return kind === 'removed' ? paint('bad', `- ${line}`) : paint('quiet', `  ${line}`);
    })
    .join('\n');
}

export const STATE_STYLES = { 'on-target': 'good', moving: 'doubtful', refused: 'bad', unknown: 'quiet' } as const;

const STATE_WORDS = {
  'on-target': 'on target: it is reached through its target hub',
  moving: 'moving: the target has not been tried yet, or has let it in since the last run',
  refused: 'refused: the role did not let the target hub in when it was tried last',
  unknown: 'not known: AWS gave no answer, or the connector was never reached',
} as const;

/** Whether a role trusts the right hub; why not, what proves it, and the edit. */
export function connectorTrustText(
  trust: ConnectorTrust,
  { connector, paint }: { connector: { name: string; roleArn: string }; paint: Paint },
): string {
  const { state, evidence, policy, analysis, advice, diagnosis } = trust;
  const head = facts([
    ['Connector', connector.name],
    ['Role', connector.roleArn],
    ['Current hub', hubText(trust.currentHub)],
    ['Target hub', hubText(trust.targetHub)],
    ['Trust policy', policyText(policy)],
  ]);
  const tried = evidence.map(({ hub, outcome, at, fault }) => [
    hubText(hub),
    outcome,
    time(at),
    fault ? `${fault.title}: ${fault.detail}` : null,
  ]);
  return [
    paint(STATE_STYLES[state], STATE_WORDS[state]),
    head,
    ...(tried.length === 0 ? [] : [table(['hub', 'when tried last', 'at', 'why'], tried)]),
    ...(diagnosis ? [diagnosisText(diagnosis, paint)] : []),
    ...(analysis && !diagnosis && state !== 'on-target' ? [`By its trust policy: ${printable(analysis.because)}`] : []),
    ...(advice && state !== 'on-target'
      ? [adviceText(advice, paint, { assumed: !policy.known }), ...howToApply(advice, connector)]
      : []),
  ].join('\n\n');
}

function howToApply(advice: Advice, { name, roleArn }: { name: string; roleArn: string }): string[] {
  if (advice.kind === 'blocked') return [];
  const roleName = roleArn.slice(roleArn.lastIndexOf('/') + 1);
  return [
    `With rights in the member account:\n  causeway trust show ${quoted(name)} --document overlap > trust.json\n  aws iam update-assume-role-policy --role-name ${quoted(roleName)} --policy-document file://trust.json`,
  ];
}

/** For a shell. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${printable(text).replaceAll("'", `'\\''`)}'`;
}

/** The likeliest cause first; with several, AWS's answers do not tell them apart. */
export function diagnosisText({ certainty, causes }: NonNullable<ConnectorTrust['diagnosis']>, paint: Paint): string {
  const title = certainty === 'certain' ? 'The cause:' : 'One of these, the likeliest first:';
  const lines = causes.map(({ title: cause, because, remedy }, index) => {
    const number = causes.length > 1 ? `${index + 1}. ` : '';
    return `${number}${printable(cause)}\n   ${printable(because)}\n   What to do: ${printable(remedy)}`;
  });
  return [paint('strong', title), ...lines].join('\n');
}

function policyText(policy: ConnectorTrust['policy']): string {
  if (policy.known) return `read ${time(policy.readAt)}`;
  const why = policy.fault ? ` (${policy.fault.title}: ${policy.fault.detail})` : '';
  return policy.triedAt === null ? 'never read' : `could not be read ${time(policy.triedAt)}${why}`;
}
