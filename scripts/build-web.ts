import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const root = fileURLToPath(new URL('..', import.meta.url));
const built = join(root, 'dist/web');
const stampFile = join(built, '.stamp');

/** Everything that the built files are made from. */
const SOURCES = [
  'src/web',
  'src/domain',
  'src/api/contract.ts',
  'src/api/schemas.ts',
  'vite.config.ts',
  'package-lock.json',
];

/**
 * Builds the web interface into dist/web, unless what is there was made from the same sources. Beside each file that
 * gains by it stands the same compressed (`.gz`), for the server to send as it is.
 */
export async function buildWeb({
  log,
  force = false,
}: {
  log: (message: string) => void;
  force?: boolean;
}): Promise<void> {
  const stamp = await stampOfSources();
  if (!force && existsSync(stampFile) && (await readFile(stampFile, 'utf8')) === stamp) return;
  log('building the web interface');
  const startedMs = performance.now();
  // Built aside, so that a server never finds half of it.
  const aside = `${built}.${process.pid}`;
  const { build } = await import('vite');
  await build({
    configFile: join(root, 'vite.config.ts'),
    logLevel: 'warn',
    build: { outDir: aside, emptyOutDir: true },
  });
  await compress(aside);
  await writeFile(join(aside, '.stamp'), stamp);
  await putInPlace(aside);
  log(`the web interface was built in ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
}

async function stampOfSources(): Promise<string> {
  const hash = createHash('sha256');
  for (const source of SOURCES) {
    for (const file of await filesIn(join(root, source))) {
      hash.update(relative(root, file)).update('\0');
      hash.update(await readFile(file)).update('\0');
    }
  }
  return hash.digest('hex');
}

async function filesIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true, recursive: true }).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR') return null;
    throw error;
  });
  if (entries === null) return [path];
  return entries
    .filter(entry => entry.isFile() && !entry.name.includes('.test.'))
    .map(entry => join(entry.parentPath, entry.name))
    .sort();
}

const compressedBytesMin = 1_024;

async function compress(folder: string): Promise<void> {
  for (const file of await filesIn(folder)) {
    if (!/\.(js|css|html|svg)$/.test(file)) continue;
    const bytes = await readFile(file);
    if (bytes.length >= compressedBytesMin) await writeFile(`${file}.gz`, await promisify(gzip)(bytes));
  }
}

/**
 * Moves the files one by one: what an open page still asks for is never missing in between, and two builds at the same
 * time, which have the same files, do no harm to each other. The stamp comes last; what nobody needs any more is removed.
 */
async function putInPlace(aside: string): Promise<void> {
  const fresh = (await filesIn(aside)).map(file => relative(aside, file));
  const rank = (file: string) => LAST.indexOf(file);
  for (const file of fresh.sort((a, b) => rank(a) - rank(b))) {
    await mkdir(dirname(join(built, file)), { recursive: true });
    await rename(join(aside, file), join(built, file));
  }
  await rm(aside, { recursive: true });
  for (const file of await filesIn(built)) {
    if (!fresh.includes(relative(built, file))) await rm(file, { force: true });
  }
}

const LAST = ['index.html', 'index.html.gz', '.stamp'];

if (import.meta.main) {
  await buildWeb({ log: message => process.stdout.write(`${message}\n`), force: process.argv.includes('--force') });
}
