import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Client, type Credentials, openClient } from '../../src/cli/client.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const START_TIMEOUT_MS = 60_000;

export const ADMIN_PASSWORD = 'correct horse battery staple';

/** A real `causeway` process: what an owner would run, with its output kept. */
export interface CausewayProcess extends AsyncDisposable {
  readonly child: ChildProcess;
  /** Everything it has written so far. */
  output(): string;
  /** As a crash would: no chance to tidy up. */
  kill(): Promise<void>;
  /** As Ctrl-C would; answers the exit code. */
  stop(): Promise<number | null>;
}

export interface ServerProcess extends CausewayProcess {
  readonly url: string;
}

/** Starts `causeway serve` on a free port and waits until it says where it is. */
export async function startServer(env: Record<string, string>, flags: readonly string[] = []): Promise<ServerProcess> {
  const settings = { PORT: '0', CAUSEWAY_ADMIN_PASSWORD: ADMIN_PASSWORD, ...env };
  const server = startCauseway(['serve', ...flags], settings);
  const [, url = ''] = await untilItSays(server, /Causeway is at (http:\S+)/);
  return { ...server, url };
}

/** Starts `causeway work` and waits until it works. */
export async function startWork(env: Record<string, string>): Promise<CausewayProcess> {
  const worker = startCauseway(['work'], env);
  await untilItSays(worker, /worker started/);
  return worker;
}

function startCauseway(args: readonly string[], env: Record<string, string>): CausewayProcess {
  const child = spawn(process.execPath, ['bin/causeway.mjs', ...args], {
    cwd: ROOT,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', text => chunks.push(text));
  const ended = once(child, 'exit');
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await ended;
    return child.exitCode;
  };
  return {
    child,
    output: () => chunks.join(''),
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
    [Symbol.asyncDispose]: async () => void (await end('SIGTERM')),
  };
}

/** A client signed in as the first administrator, the way a browser is. */
export async function signedIn(url: string): Promise<Client> {
  return openClient({ url, credentials: await signIn(url) });
}

/** What a browser holds after signing in as the first administrator. */
export async function signIn(url: string): Promise<Credentials> {
  let cookie = '';
  const visitor = openClient({ url, credentials: { kind: 'none' }, onCookie: value => (cookie = value) });
  const session = await visitor.call('signIn', { body: { username: 'admin', password: ADMIN_PASSWORD } });
  if (!session.ok) throw new Error(`signing in failed: ${JSON.stringify(session)}`);
  return { kind: 'session', cookie, csrfToken: session.value.csrfToken };
}

async function untilItSays({ child, output }: CausewayProcess, words: RegExp): Promise<RegExpExecArray> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < deadline) {
    const said = words.exec(output());
    if (said) return said;
    if (child.exitCode !== null || child.signalCode !== null) break;
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  child.kill('SIGKILL');
  throw new Error(`causeway did not start:\n${output()}`);
}
