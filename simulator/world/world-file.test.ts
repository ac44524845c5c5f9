import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateWorld } from './generate.ts';
import type { World } from './world.ts';
import { loadWorld, saveWorld } from './world-file.ts';

const now = new Date('2026-03-01T12:00:00Z');
const world = generateWorld({ seed: 3, now, accounts: 3, instances: 500 });
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'causeway-world-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('a saved world is read back as it was', async () => {
  const path = join(folder, 'same.json');
  await saveWorld(path, world, now);
  expect(await loadWorld(path)).toEqual(world);
});

test('saving leaves nothing behind but the file', async () => {
  const path = join(folder, 'only.json');
  await saveWorld(path, world, now);
  await saveWorld(path, world, now);
  expect((await readdir(folder)).filter(name => name.startsWith('only'))).toEqual(['only.json']);
});

test('instances that EC2 has forgotten are not saved', async () => {
  const path = join(folder, 'later.json');
  await saveWorld(path, world, new Date(now.getTime() + 2 * 60 * 60 * 1_000));
  const states = (of: World | undefined) =>
    Object.values(of?.accounts ?? {}).flatMap(({ ec2 }) =>
      Object.values(ec2).flatMap(({ instances }) => instances.map(({ State }) => State?.Name)),
    );
  expect(states(world)).toContain('terminated');
  expect(states(await loadWorld(path))).not.toContain('terminated');
});

test('a missing file is no world', async () => {
  expect(await loadWorld(join(folder, 'absent.json'))).toBeUndefined();
});

test('another JSON file is refused by name', async () => {
  const path = join(folder, 'other.json');
  await writeFile(path, '{"version": 2}');
  await expect(loadWorld(path)).rejects.toThrow(`${path} is not a world file`);
});
