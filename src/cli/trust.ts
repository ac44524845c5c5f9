import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import type { RequestOf } from '../api/contract.ts';
import { withConnector } from './find-connector.ts';
import type { Io } from './io.ts';
import { answer, EXIT, type Outcome, refuse, usage } from './outcome.ts';
import { painter } from './paint.ts';
import { type CommonOptions, leaf, run, type Session } from './run-command.ts';
import { addTrustMigration } from './trust-migration.ts';
import { adviceText, connectorTrustText, evaluationText } from './trust-text.ts';

type Form = RequestOf<'adviseTrust'>['body']['form'];

export function addTrustCommands(program: Command, io: Io): void {
  const group = program
    .command('trust')
    .description('trust policies: who is let in, why not, and the smallest edit that mends it')
    .addHelpText(
      'after',
      `
A role lets in whom its trust policy names, with the external ID that it asks for. Moving a fleet to another hub:
  causeway trust status                          how far it is
  causeway trust connectors global --state refused
  causeway trust show Production                 why, and the edit of this role
  causeway trust edits global --format aws-cli --out ./edits
  causeway trust recheck global --watch          after the edits`,
    );
  addPolicies(group, io);
  addTrustMigration(group, io);
}

function addPolicies(group: Command, io: Io): void {
  leaf(group, 'evaluate [policy-file]', 'whether a principal may assume a role by a trust policy; ends with 1 if not')
    .requiredOption('--role-arn <arn>', 'the role whose trust policy it is')
    .requiredOption('--principal-arn <arn>', 'who calls: ARN of a user, role or session, or an account ID')
    .option('--external-id <id>', 'what the caller sends; left out: nothing')
    .option('--context <keys...>', 'further condition keys of the call, each KEY=VALUE; KEY= for one that is absent')
    .addHelpText(
      'after',
      `
The policy is read from the file, else from standard input. Nothing is looked up in AWS. "cannot tell" means that the
answer depends on a key that is not given, and is no permission.
  aws iam get-role --role-name Reader --query Role.AssumeRolePolicyDocument |
    causeway trust evaluate --role-arn arn:… --principal-arn 111122223333 --external-id abc`,
    )
    .action((file: string | undefined, options: EvaluateOptions) =>
      run(io, options, session => evaluate(session, file, options)),
    );
  leaf(group, 'advise [policy-file]', 'the smallest edit of a trust policy that admits a hub; ends with 1 if none does')
    .requiredOption('--role-arn <arn>', 'the role whose trust policy it is')
    .requiredOption('--hub <arn>', 'who is to be let in: ARN of a user or role, or an account ID')
    .requiredOption('--external-id <id>', 'what the hub sends')
    .option('--retiring <hubs...>', 'ARNs or account IDs that need not be let in in the end')
    .addOption(formOption())
    .addOption(
      new Option('--document <which>', 'print only this document, to be given to aws iam').choices([
        'overlap',
        'final',
      ]),
    )
    .addHelpText(
      'after',
      '\nThe overlap document lets in the hub and whoever was let in before; the final one no longer those that retire.',
    )
    .action((file: string | undefined, options: AdviseOptions) =>
      run(io, options, session => advise(session, file, options)),
    );
  leaf(
    group,
    'show <connector>',
    'whether a connector’s role trusts its target hub, why not, and the edit of its policy',
  )
    .addOption(formOption())
    .addOption(documentOption())
    .action((named: string, options: ShowOptions) =>
      run(io, options, session =>
        withConnector(session, named, (_, connector) => showTrust(session, connector, options)),
      ),
    );
}

function formOption(): Option {
  return new Option(
    '--form <form>',
    'how the hub is named: its whole account, exactly its user or role, or the account with a condition on that',
  ).choices(['account', 'exact-principal', 'account-and-principal-arn']);
}

function documentOption(): Option {
  const what = 'print only this document of the edit, to be given to aws iam';
  return new Option('--document <which>', what).choices(['overlap', 'final']);
}

interface EvaluateOptions extends CommonOptions {
  readonly roleArn: string;
  readonly principalArn: string;
  readonly externalId?: string;
  readonly context?: string[];
}

interface AdviseOptions extends CommonOptions {
  readonly roleArn: string;
  readonly hub: string;
  readonly externalId: string;
  readonly retiring?: string[];
  readonly form?: Form;
  readonly document?: 'overlap' | 'final';
}

interface ShowOptions extends CommonOptions {
  readonly form?: Form;
  readonly document?: 'overlap' | 'final';
}

async function showTrust(
  { client, io }: Session,
  connector: { id: string; name: string; roleArn: string },
  { form, document }: ShowOptions,
): Promise<Outcome> {
  const found = await client.call('connectorTrust', { params: { id: connector.id }, query: { form } });
  if (!found.ok) return found;
  const { advice } = found.value;
  if (document === undefined) {
    return answer(connectorTrustText(found.value, { connector, paint: painter(io) }), found.value);
  }
  if (advice?.kind === 'edits') return answer(advice[document].text, advice);
  const why = advice ? advice.because : 'The connector has no hub that its role could let in.';
  return refuse({
    exitCode: EXIT.failure,
    title: 'There is no edit',
    detail: why,
    remedy: 'See "causeway trust show".',
  });
}

async function evaluate(
  { client, io }: Session,
  file: string | undefined,
  { roleArn, principalArn, externalId, context = [] }: EvaluateOptions,
): Promise<Outcome> {
  const policy = await readPolicy(io, file);
  if (!policy.ok) return policy;
  const keys = contextOf(context);
  if (!keys.ok) return keys;
  const body = { policy: policy.value, roleArn, principalArn, externalId, context: keys.value };
  const found = await client.call('evaluateTrust', { body });
  if (!found.ok) return found;
  const isAllowed = found.value.decision === 'allowed';
  return answer(evaluationText(found.value, painter(io)), found.value, isAllowed ? EXIT.ok : EXIT.failure);
}

async function advise(
  { client, io }: Session,
  file: string | undefined,
  { roleArn, hub, externalId, retiring, form, document }: AdviseOptions,
): Promise<Outcome> {
  const policy = await readPolicy(io, file);
  if (!policy.ok) return policy;
  const body = { policy: policy.value, roleArn, hub, externalId, retiring, form };
  const found = await client.call('adviseTrust', { body });
  if (!found.ok) return found;
  const advice = found.value;
  if (advice.kind === 'blocked') return answer(adviceText(advice, painter(io)), advice, EXIT.failure);
  return answer(document ? advice[document].text : adviceText(advice, painter(io)), advice);
}

/** The text of a policy from a file, or from standard input. */
async function readPolicy(io: Io, file: string | undefined): Promise<Outcome<string>> {
  if (file === undefined || file === '-') {
    if (io.interactive) io.writeError('Reading the trust policy from standard input; end it with Ctrl-D.\n');
    const text = await io.readStdin();
    return text.trim()
      ? { ok: true, value: text }
      : usage('There is no policy.', 'Name a file, or pipe the policy in.');
  }
  try {
    return { ok: true, value: await readFile(file, 'utf8') };
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    return usage(`${file} cannot be read (${error.code}).`, 'Check the path of the policy file.');
  }
}

/** Keys given several times have several values. */
function contextOf(written: readonly string[]): Outcome<Record<string, string | string[] | null>> {
  const wrong = written.find(pair => !pair.includes('=', 1));
  if (wrong !== undefined) return usage(`"${wrong}" is not KEY=VALUE.`, 'Write each key as KEY=VALUE.');
  const values = new Map<string, string[]>();
  for (const pair of written) {
    const at = pair.indexOf('=', 1);
    values.set(pair.slice(0, at), [...(values.get(pair.slice(0, at)) ?? []), pair.slice(at + 1)]);
  }
  const entries = [...values].map(([key, [first = '', ...more]]): [string, string | string[] | null] => {
    if (more.length > 0) return [key, [first, ...more]];
    return [key, first === '' ? null : first];
  });
  return { ok: true, value: Object.fromEntries(entries) };
}
