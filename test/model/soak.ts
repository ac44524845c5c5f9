// Plays random stories about accounts, connectors and trouble against the real engine, until enough scopes have been
// observed: npm run soak -- [--scopes N] [--seed N] [--stages N] [--shrink-seconds N] [--replay FILE [--times N]]
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { silentLog } from '../../src/log.ts';
import { openDatabase } from '../../src/store/database.ts';
import { startEmbeddedPostgres } from '../../src/store/embedded-postgres.ts';
import { migrate } from '../../src/store/migrate.ts';
import { Stage } from './stage.ts';
import { type Found, type Progress, tellStories } from './tell-stories.ts';

const TELL_EVERY_MS = 10_000;

const { values } = parseArgs({
  options: {
    scopes: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    stages: { type: 'string', default: '8' },
    'shrink-seconds': { type: 'string', default: '300' },
    replay: { type: 'string' },
    times: { type: 'string', default: '1' },
  },
});

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());

const directory = await mkdtemp(path.join(tmpdir(), 'causeway-soak-'));
const embedded = await startEmbeddedPostgres({ dataDir: directory, log: silentLog });
if (!embedded.ok) throw new Error(embedded.fault.detail);
const { connectionString } = embedded.value;
try {
  const migrated = await migrate({ connectionString, folder: new URL('../../migrations', import.meta.url).pathname });
  if (!migrated.ok) throw new Error(migrated.fault.detail);
  const db = openDatabase({ connectionString, log: silentLog });
  // What is written is thrown away at the end.
  process.exitCode = values.replay === undefined ? await soak(db) : await replay(db, values.replay);
  await db.destroy();
} finally {
  await embedded.value.stop();
  await rm(directory, { recursive: true });
}

async function soak(db: ReturnType<typeof openDatabase>): Promise<number> {
  const scopes = Number(values.scopes);
  const began = performance.now();
  let told = 0;
  const tell = (progress: Progress) => {
    const seconds = (performance.now() - began) / 1_000;
    say(
      `${progress.scopes} of ${scopes} scopes, ${progress.stories} stories, ${Math.round(progress.scopes / seconds)} scopes/s; go on with --seed ${progress.nextSeed}`,
    );
  };
  const result = await tellStories({
    db,
    connectionString,
    scopes,
    seed: Number(values.seed),
    stages: Number(values.stages),
    shrinkMs: Number(values['shrink-seconds']) * 1_000,
    stop: stop.signal,
    onViolation: found => void tellFound(found, 'as-played'),
    onProgress(progress) {
      if (performance.now() - told < TELL_EVERY_MS) return;
      told = performance.now();
      tell(progress);
    },
  });
  tell(result);
  if (!result.found) return 0;
  await tellFound(result.found, 'made-smaller');
  return 1;
}

async function tellFound({ seed, why, story }: Found, how: 'as-played' | 'made-smaller'): Promise<void> {
  const file = path.join(tmpdir(), `causeway-story-${seed}-${how}.json`);
  await writeFile(file, `${JSON.stringify(story, null, 2)}\n`);
  say(`VIOLATION with --seed ${seed}, ${how.replace('-', ' ')}: ${why}`);
  say(`Replay it: npm run soak -- --replay ${file} --times 20`);
}

async function replay(db: ReturnType<typeof openDatabase>, file: string): Promise<number> {
  await using stage = await Stage.open({ db, connectionString, number: 0 });
  const story = JSON.parse(await readFile(file, 'utf8'));
  for (let time = 0; time < Number(values.times); time += 1) {
    try {
      await stage.play(story);
    } catch (error) {
      say(`VIOLATION: ${error instanceof Error ? error.stack : String(error)}`);
      return 1;
    }
  }
  say('No violation.');
  return 0;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
