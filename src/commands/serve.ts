import { fileURLToPath } from 'node:url';
import { ensureFirstAdministrator } from '../accounts/people.ts';
import { startApiServer } from '../api/server.ts';
import type { Config } from '../config.ts';
import { fault } from '../domain/faults.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { ASSET_TYPES } from '../inventory/registry.ts';
import { startQueue } from '../jobs/queue.ts';
import { startWorker } from '../jobs/worker.ts';
import { type Log, openLog } from '../log.ts';
import { type Causeway, openCauseway } from './open-causeway.ts';
import type { Running } from './running.ts';

export interface ServeOptions {
  /** Whether this process also runs connectors. */
  readonly work: boolean;
}

export interface Served extends Running {
  readonly url: string;
  readonly causeway: Causeway;
  /** Only when this start made the first administrator and no password was configured. */
  readonly generatedPassword?: string;
}

const WEB_DIR = fileURLToPath(new URL('../../dist/web', import.meta.url));

/** `causeway serve`: the API, the web client and, unless told otherwise, a worker. */
export async function serveCommand(config: Config, options: ServeOptions): Promise<Result<Served>> {
  const log = openLog({ level: config.logLevel, pretty: process.stderr.isTTY });
  const served = await serve(config, { ...options, log });
  if (!served.ok) return served;
  const { url, generatedPassword } = served.value;
  const lines = [`Causeway is at ${url}`];
  if (generatedPassword !== undefined) {
    lines.push(
      `First start: sign in as "admin" with the password ${generatedPassword}`,
      'It is shown only this once; change it after signing in.',
    );
  }
  process.stdout.write(`\n${lines.join('\n')}\n\n`);
  return served;
}

/** Starts everything in order; what was started is stopped again when a later part does not start. */
export async function serve(config: Config, { work, log }: ServeOptions & { log: Log }): Promise<Result<Served>> {
  const stops: Array<() => Promise<void>> = [];
  const stop = async () => {
    for (const stopPart of stops.splice(0).reverse()) await stopPart();
  };
  const started = await startParts(config, { work, log, started: part => stops.push(part) });
  if (!started.ok) {
    await stop();
    return started;
  }
  return ok({ ...started.value, stop });
}

async function startParts(
  config: Config,
  { work, log, started }: ServeOptions & { log: Log; started(stop: () => Promise<void>): void },
): Promise<Result<Omit<Served, 'stop'>>> {
  await ensureWeb(log);
  const causeway = await openCauseway(config, log);
  if (!causeway.ok) return causeway;
  started(causeway.value.close);
  const { deps, connectionString } = causeway.value;
  const administrator = await ensureFirstAdministrator(deps, { password: config.adminPassword });
  if (!administrator.ok) return administrator;
  const queue = await startQueue({ connectionString, log });
  started(() => queue.stop());
  if (work) {
    const worker = await startWorker({ ...deps, queue, assetTypes: ASSET_TYPES, retention: config.retention });
    started(() => worker.stop());
  }
  const { host, port, allowedHosts, trustedProxies } = config;
  try {
    const api = await startApiServer({ ...deps, queue }, { host, port, allowedHosts, trustedProxies, webDir: WEB_DIR });
    started(() => api.close());
    const { generatedPassword } = administrator.value ?? {};
    return ok({
      url: api.url,
      causeway: causeway.value,
      ...(generatedPassword === undefined ? {} : { generatedPassword }),
    });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    return failed(
      fault('invalid-setting', `Causeway cannot listen on ${host}:${port}: ${error.message}.`, { subject: 'PORT' }),
    );
  }
}

/** Whatever keeps the web interface from being built, such as an installation that is read-only, API and worker go on. */
async function ensureWeb(log: Log): Promise<void> {
  const { buildWeb } = await import('../../scripts/build-web.ts');
  try {
    await buildWeb({ log: message => log.info({}, message) });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    log.error({ error: error.message }, 'the web interface cannot be built');
  }
}
