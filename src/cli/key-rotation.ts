import type { Command } from 'commander';
import type { ReplyOf } from '../api/contract.ts';
import { LIMITS } from '../domain/limits.ts';
import { type BaseAccount, withBaseAccount } from './find-base-account.ts';
import type { Io } from './io.ts';
import { liveLine } from './live-line.ts';
import { answer, EXIT, type Outcome, usage } from './outcome.ts';
import { rotationText } from './rotation-text.ts';
import { type CommonOptions, leaf, run, type Session } from './run-command.ts';

type Rotation = ReplyOf<'getKeyRotation'>;

export function addKeyRotation(group: Command, io: Io): void {
  leaf(group, 'rotate-key <base-account>', 'let Causeway replace the access key by a new one that it makes itself')
    .option('--watch', 'wait for its end; ends with 1 if it is blocked or given up')
    .addHelpText(
      'after',
      '\nThe old key is deleted only once the new one is proved and in use. The identity needs the rights that\n"causeway base-accounts policy BASE-ACCOUNT --self-management" prints.',
    )
    .action((named: string, options: CommonOptions & { watch?: boolean }) =>
      run(io, options, session => withBaseAccount(session, named, (_, found) => start(session, found, options.watch))),
    );
  leaf(group, 'rotation <base-account>', 'show the latest key rotation')
    .option('--watch', 'wait for its end; ends with 1 if it is blocked or given up')
    .action((named: string, options: CommonOptions & { watch?: boolean }) =>
      run(io, options, session => withBaseAccount(session, named, (_, found) => show(session, found, options.watch))),
    );
  leaf(group, 'rotation-decide <base-account>', 'decide how a blocked key rotation goes on')
    .option('--retry', 'try the step again, after what blocked it was mended')
    .option('--abandon', 'give up and keep the old key')
    .option(
      '--delete-unknown-key <ending>',
      'delete the key that Causeway did not make; the last four characters of its ID, as "rotation" shows them',
    )
    .action((named: string, options: DecisionOptions) =>
      run(io, options, session => withBaseAccount(session, named, (_, found) => decide(session, found, options))),
    );
}

interface DecisionOptions extends CommonOptions {
  readonly retry?: boolean;
  readonly abandon?: boolean;
  readonly deleteUnknownKey?: string;
}

async function start(session: Session, account: BaseAccount, watch = false): Promise<Outcome> {
  const started = await session.client.call('startKeyRotation', { params: { id: account.id } });
  if (!started.ok) return started;
  return watch ? await watchRotation(session, account) : rotationAnswer(started.value);
}

async function show(session: Session, account: BaseAccount, watch = false): Promise<Outcome> {
  if (watch) return await watchRotation(session, account);
  const found = await session.client.call('getKeyRotation', { params: { id: account.id } });
  return found.ok ? rotationAnswer(found.value) : found;
}

async function decide(
  { client }: Session,
  { id }: BaseAccount,
  { retry, abandon, deleteUnknownKey: keyIdEnding }: DecisionOptions,
): Promise<Outcome> {
  const bodies = [
    ...(retry ? [{ action: 'retry' } as const] : []),
    ...(abandon ? [{ action: 'abandon' } as const] : []),
    ...(keyIdEnding === undefined ? [] : [{ action: 'delete-unknown-key', keyIdEnding } as const]),
  ];
  const [body, ...others] = bodies;
  if (!body || others.length > 0) {
    return usage('It is not clear what is decided.', 'Give one of --retry, --abandon and --delete-unknown-key.');
  }
  const decided = await client.call('decideKeyRotation', { params: { id }, body });
  return decided.ok ? rotationAnswer(decided.value) : decided;
}

async function watchRotation({ client, io }: Session, { id }: BaseAccount): Promise<Outcome> {
  const line = liveLine(io);
  const until = io.clock.monotonicMs() + LIMITS.watchHoursMax * 3_600_000;
  while (io.clock.monotonicMs() < until) {
    const found = await client.call('getKeyRotation', { params: { id } });
    if (!found.ok) return found;
    const { state, step } = found.value;
    line.tell(`${state}: ${step}`);
    if (state !== 'running') {
      line.end();
      return rotationAnswer(found.value, state === 'done' ? EXIT.ok : EXIT.failure);
    }
    await io.sleep(LIMITS.watchEveryMs);
  }
  return usage(`It has not ended within ${LIMITS.watchHoursMax} hours.`, 'See "causeway base-accounts rotation".');
}

function rotationAnswer(rotation: Rotation, exitCode: typeof EXIT.ok | typeof EXIT.failure = EXIT.ok): Outcome {
  return answer(rotationText(rotation), rotation, exitCode);
}
