import type { Clock } from '../../src/domain/clock.ts';
import type { World } from './world.ts';
import { saveWorld } from './world-file.ts';

/** Writes a world to its file a little after it changes, never twice at once. */
export interface WorldSaver {
  changed(): void;
  /** Writes once more and ends; rejects with what the last write failed with. */
  finish(): Promise<void>;
}

export function createWorldSaver({ path, world, clock }: { path: string; world: World; clock: Clock }): WorldSaver {
  let timer: NodeJS.Timeout | undefined;
  let saving: Promise<void> = Promise.resolve();
  const save = () => {
    timer = undefined;
    // A failed write is tried again at the next change, and told of at the end.
    saving = saving.then(ignore, ignore).then(() => saveWorld(path, world, clock.now()));
    saving.catch(ignore);
  };
  return {
    changed() {
      timer ??= setTimeout(save, SAVE_AFTER_MS);
    },
    async finish() {
      clearTimeout(timer);
      save();
      await saving;
    },
  };
}

/** A burst of changes is written once. */
const SAVE_AFTER_MS = 2_000;

function ignore(): void {}
