import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

/** A Chromium that tests can start, and the environment that it needs. */
interface Chromium {
  readonly path: string;
  readonly env?: Readonly<Record<string, string>>;
}

const DEBIANS = '/usr/bin/chromium';

/** Where a Chromium may come from, in this order; undefined where there is none of that kind. */
const SOURCES: readonly { readonly name: string; find(): Promise<Chromium | undefined> }[] = [
  { name: 'CAUSEWAY_CHROMIUM', find: async () => ofPath(process.env.CAUSEWAY_CHROMIUM) },
  { name: DEBIANS, find: async () => ofPath(existsSync(DEBIANS) ? DEBIANS : undefined) },
  { name: 'the one in @sparticuz/chromium', find: unpack },
  { name: 'apt-get install chromium', find: install },
];

/**
 * Starts a Chromium. Without one, tests in a browser fail under CI=true and are skipped elsewhere, with a warning that says
 * what to do: undefined means skip.
 */
export async function launchBrowser(): Promise<Browser | undefined> {
  const reasons: string[] = [];
  // A browser that somebody names is the one to use; taking another in its place would hide the mistake.
  for (const { name, find } of process.env.CAUSEWAY_CHROMIUM ? SOURCES.slice(0, 1) : SOURCES) {
    try {
      const found = await find();
      if (found) return await launch(found);
    } catch (error) {
      reasons.push(`${name}: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`);
    }
  }
  const message = [
    'There is no Chromium for the tests in a browser.',
    ...reasons,
    'Install one (Debian: apt-get install chromium) or name one in CAUSEWAY_CHROMIUM.',
  ].join('\n  ');
  if (process.env.CI === 'true') throw new Error(message);
  process.stderr.write(`\n*** SKIPPED: ${message}\n\n`);
  return undefined;
}

async function launch({ path, env }: Chromium): Promise<Browser> {
  return await chromium.launch({
    executablePath: path,
    env: { ...process.env, ...env },
    args: [
      // Chromium's sandbox does not start as root.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-gpu',
      '--no-first-run',
    ],
  });
}

function ofPath(path: string | undefined): Chromium | undefined {
  return path ? { path } : undefined;
}

/** Unpacks the Chromium for Linux that an npm package carries, with the libraries and fonts that a bare system lacks. */
async function unpack(): Promise<Chromium | undefined> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const packed = join(dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')), '../bin');
  const { version } = JSON.parse(await readFile(join(packed, '../package.json'), 'utf8'));
  // Beside the packages, not in /tmp: another user's copy there could not be run, or would be run unseen.
  const home = join(packed, '../../../.cache', `chromium-${version}`);
  if (!existsSync(home)) await unpackInto(home, packed);
  return {
    path: join(home, 'chromium'),
    env: { LD_LIBRARY_PATH: join(home, 'al2023/lib'), FONTCONFIG_PATH: home, HOME: home },
  };
}

async function unpackInto(home: string, packed: string): Promise<void> {
  const { inflate } = await import('@sparticuz/chromium');
  // Aside first, so that another test process never finds half of it.
  await mkdir(dirname(home), { recursive: true });
  const aside = await mkdtemp(`${home}.`);
  const temporary = process.env.TMPDIR;
  process.env.TMPDIR = aside;
  try {
    await Promise.all(['chromium.br', 'al2023.tar.br', 'fonts.tar.br'].map(file => inflate(join(packed, file))));
  } finally {
    if (temporary === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = temporary;
  }
  await mkdir(join(aside, 'cache'));
  await writeFile(
    join(aside, 'fonts.conf'),
    `<?xml version="1.0"?><fontconfig><dir>${home}/fonts/fonts</dir><dir>/usr/share/fonts</dir><cachedir>${home}/cache</cachedir></fontconfig>`,
  );
  await rename(aside, home).catch(async (error: unknown) => {
    await rm(aside, { recursive: true });
    if (!existsSync(home)) throw error;
  });
}

/** Installs Debian's Chromium, where this process may. */
async function install(): Promise<Chromium | undefined> {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return undefined;
  process.stderr.write('Installing Debian’s Chromium for the tests in a browser\n');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  execFileSync('apt-get', ['update'], { env, stdio: 'ignore', timeout: 300_000 });
  execFileSync('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], {
    env,
    stdio: 'ignore',
    timeout: 600_000,
  });
  return { path: DEBIANS };
}
