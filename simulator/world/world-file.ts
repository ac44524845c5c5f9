import { open, readFile, rename } from 'node:fs/promises';
import { isVisible } from './instance-state.ts';
import type { World } from './world.ts';

/** Reads a world; undefined when there is no such file. A file that is not a world is a thrown error that names it. */
export async function loadWorld(path: string): Promise<World | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  const world: unknown = JSON.parse(text);
  if (!isWorld(world)) throw new Error(`${path} is not a world file of simulated AWS, version 1`);
  return world;
}

/**
 * Writes a world so that a reader sees the old file or the new one, never half of either. Instances that EC2 has forgotten
 * by `now` are left out.
 */
export async function saveWorld(path: string, world: World, now: Date): Promise<void> {
  const draft = `${path}.${process.pid}.tmp`;
  const file = await open(draft, 'w', 0o600);
  try {
    await file.writeFile(
      JSON.stringify(world, (key, value) => (key === 'instances' ? withoutForgotten(value, now) : value)),
    );
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}

function withoutForgotten(instances: World['accounts'][string]['ec2'][string]['instances'], now: Date) {
  return instances.filter(instance => isVisible(instance, now));
}

/** Looks at the frame only: a world file is our own, and what is wrong inside shows at its use. */
function isWorld(value: unknown): value is World {
  return (
    typeof value === 'object' &&
    value !== null &&
    'version' in value &&
    value.version === 1 &&
    'accounts' in value &&
    'sessions' in value &&
    'organizations' in value
  );
}
