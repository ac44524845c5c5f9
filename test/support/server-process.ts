import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Client, openClient } from '../../src/cli/client.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const START_TIMEOUT_MS = 60_000;

export const ADMIN_PASSWORD = 'correct horse battery staple';

/** A real `causeway` process: what an owner would run, with its output kept. */
export interface ServerProcess extends AsyncDisposable {
  readonly url: string;
  readonly child: ChildProcess;
  /** Everything it has written so far. */
  output(): string;
  /** As a crash would: no chance to tidy up. */
  kill(): Promise<void>;
  /** As Ctrl-C would; answers the exit code. */
  stop(): Promise<number | null>;
}

/** Starts `causeway serve` on a free port and waits until it says where it is. */
export async function startServer(env: Record<string, string>, flags: readonly string[] = []): Promise<ServerProcess> {
  const child = spawn(process.execPath, ['bin/causeway.mjs', 'serve', ...flags], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '',
      PORT: '0',
      CAUSEWAY_ADMIN_PASSWORD: ADMIN_PASSWORD,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', text => chunks.push(text));
  const output = () => chunks.join('');
  const ended = once(child, 'exit');
  const url = await waitForUrl(child, output);
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await ended;
    return child.exitCode;
  };
  return {
    url,
    child,
    output,
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
    [Symbol.asyncDispose]: async () => void (await end('SIGTERM')),
  };
}

/** A client signed in as the first administrator, the way a browser is. */
export async function signedIn(url: string): Promise<Client> {
  let cookie = '';
  const visitor = openClient({ url, credentials: { kind: 'none' }, onCookie: value => (cookie = value) });
  const session = await visitor.call('signIn', { body: { username: 'admin', password: ADMIN_PASSWORD } });
  if (!session.ok) throw new Error(`signing in failed: ${JSON.stringify(session)}`);
  return openClient({ url, credentials: { kind: 'session', cookie, csrfToken: session.value.csrfToken } });
}

async function waitForUrl(child: ChildProcess, output: () => string): Promise<string> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < deadline) {
    const url = /Causeway is at (http:\S+)/.exec(output())?.[1];
    if (url !== undefined) return url;
    if (child.exitCode !== null || child.signalCode !== null) break;
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  child.kill('SIGKILL');
  throw new Error(`the server did not start:\n${output()}`);
}
