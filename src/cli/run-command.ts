import type { Command } from 'commander';
import { LIMITS } from '../domain/limits.ts';
import type { Client, Credentials } from './client.ts';
import { readCredentials } from './credentials.ts';
import type { Io } from './io.ts';
import { EXIT, failureText, type Outcome, usage } from './outcome.ts';

/** What every command that talks to the API is given. */
export interface Session {
  readonly client: Client;
  readonly io: Io;
}

/** Options that every such command has. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly url?: string;
}

export const DEFAULT_URL = 'http://127.0.0.1:8080';

/** Adds a command with the common options. */
export function leaf(parent: Command, usageText: string, description: string): Command {
  return parent
    .command(usageText)
    .description(description)
    .option('--json', 'print JSON for programs instead of text for people')
    .option('--url <url>', 'the Causeway server (CAUSEWAY_URL)');
}

/** Adds `--limit` and `--cursor`. */
export function paged(command: Command): Command {
  return command
    .option('--limit <number>', `items on the page, up to ${LIMITS.listItemsMax}`)
    .option('--cursor <cursor>', 'the page after the one that ended with this cursor');
}

export interface PageOptions extends CommonOptions {
  readonly limit?: string;
  readonly cursor?: string;
}

export function pageQuery({ limit, cursor }: PageOptions) {
  return { ...(limit === undefined ? {} : { limit }), ...(cursor === undefined ? {} : { cursor }) };
}

/** Runs `work` as whoever is signed in, prints its answer or failure, and sets the exit code. */
export async function run(io: Io, options: CommonOptions, work: (session: Session) => Promise<Outcome>): Promise<void> {
  const { url, credentials } = await whoAndWhere(io, options);
  // The contract and its schemas are loaded only now, so that help is quick.
  const { openClient } = await import('./client.ts');
  finish(io, options, await work({ io, client: openClient({ url, credentials }) }));
}

/** Prints an outcome. A failure goes to standard error, so that a pipe receives answers only. */
export function finish(io: Io, { json }: CommonOptions, outcome: Outcome): void {
  if (outcome.ok) {
    const { text, json: value, exitCode } = outcome.value;
    io.write(json ? `${JSON.stringify(value ?? null, null, 2)}\n` : `${text}\n`);
    io.exitWith(exitCode ?? EXIT.ok);
  } else {
    const { exitCode, ...failure } = outcome.failure;
    io.writeError(json ? `${JSON.stringify(failure, null, 2)}\n` : `${failureText(outcome.failure)}\n`);
    io.exitWith(exitCode);
  }
}

/** A token is sent only to the server that it was made for. */
async function whoAndWhere(io: Io, options: CommonOptions): Promise<{ url: string; credentials: Credentials }> {
  const stored = await readCredentials(io.settings.configDir);
  const url = options.url ?? io.settings.url ?? stored?.url ?? DEFAULT_URL;
  const token = io.settings.token ?? (sameServer(stored?.url, url) ? stored?.token : undefined);
  return { url, credentials: token ? { kind: 'token', token } : { kind: 'none' } };
}

function sameServer(one: string | undefined, other: string): boolean {
  return one !== undefined && URL.canParse(one) && URL.canParse(other) && new URL(one).origin === new URL(other).origin;
}

/** A secret from standard input, else from a question; never from the command line, which others can read. */
export async function readSecret(
  io: Io,
  { fromStdin, question, flag }: { fromStdin: boolean; question: string; flag: string },
): Promise<Outcome<string>> {
  if (!fromStdin && !io.interactive) {
    return usage(`There is nobody to ask for: ${question}.`, `Pass it on standard input and add ${flag}.`);
  }
  const secret = fromStdin ? await io.readStdin() : await io.askSecret(question);
  return secret ? { ok: true, value: secret } : usage(`${question}: nothing was given.`, 'Run the command again.');
}

/** Asks before something that cannot be undone; --yes answers beforehand. */
export async function confirmed(io: Io, { yes, question }: { yes: boolean; question: string }): Promise<Outcome<true>> {
  if (yes) return { ok: true, value: true };
  if (!io.interactive) return usage(`This needs a confirmation: ${question}`, 'Add --yes to confirm.');
  return (await io.askYesNo(question))
    ? { ok: true, value: true }
    : usage('It was not confirmed.', 'Nothing was changed.');
}
