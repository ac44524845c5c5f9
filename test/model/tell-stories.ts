import fc from 'fast-check';
import type { Database } from '../../src/store/database.ts';
import { Violation } from './model.ts';
import { Stage } from './stage.ts';
import { type Story, stories } from './story.ts';

export interface Telling {
  readonly db: Database;
  readonly connectionString: string;
  /** The first seed; each batch of stories has the next one. */
  readonly seed: number;
  /** Ends as soon as so many scopes have been observed. */
  readonly scopes: number;
  /** Stories that are played at the same time. */
  readonly stages: number;
  /** How long a story that finds something is made smaller. */
  readonly shrinkMs: number;
  /** No further story is begun once it is aborted. */
  readonly stop?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** Told at once, before the story is made smaller. */
  readonly onViolation?: (violation: Found) => void;
}

export interface Progress {
  readonly stories: number;
  readonly scopes: number;
  /** The first seed that was not played yet; with it, another telling goes on where this one is. */
  readonly nextSeed: number;
}

/** A story in which Causeway did what it must not do. */
export interface Found {
  readonly seed: number;
  readonly why: string;
  readonly story: Story;
}

/** Plays random stories until enough scopes were observed, or one of them finds something. */
export async function tellStories(telling: Telling): Promise<Progress & { readonly found: Found | undefined }> {
  const { db, connectionString } = telling;
  let nextSeed = telling.seed;
  let stories = 0;
  let found: Found | undefined;
  const stages: Stage[] = [];
  const progress = () => ({ stories, nextSeed, scopes: stages.reduce((sum, { scopes }) => sum + scopes, 0) });
  const play = async (stage: Stage) => {
    while (!found && !telling.stop?.aborted && progress().scopes < telling.scopes) {
      const seed = nextSeed++;
      found ??= await playBatch(stage, seed, telling);
      stories += STORIES_OF_A_SEED;
      telling.onProgress?.(progress());
    }
  };
  try {
    for (let number = 0; number < telling.stages; number += 1) {
      stages.push(await Stage.open({ db, connectionString, number }));
    }
    await Promise.all(stages.map(play));
  } finally {
    for (const stage of stages) await stage[Symbol.asyncDispose]();
  }
  return { ...progress(), found };
}

const STORIES_OF_A_SEED = 5;

async function playBatch(
  stage: Stage,
  seed: number,
  { shrinkMs, onViolation }: Pick<Telling, 'shrinkMs' | 'onViolation'>,
): Promise<Found | undefined> {
  const property = fc.asyncProperty(stories, story => stage.play(story));
  const first = await fc.check(property, { seed, numRuns: STORIES_OF_A_SEED, endOnFailure: true });
  const found = foundBy(first, seed);
  if (!found || first.counterexamplePath === null) return found;
  onViolation?.(found);
  const smaller = await fc.check(property, {
    seed,
    path: first.counterexamplePath,
    interruptAfterTimeLimit: shrinkMs,
    markInterruptAsFailure: true,
  });
  // It may not come again: then the story as it was is all there is.
  return foundBy(smaller, seed) ?? found;
}

function foundBy(result: fc.RunDetails<[Story]>, seed: number): Found | undefined {
  const [story] = result.counterexample ?? [];
  return result.failed && story ? { seed, story, why: wordsOf(result.errorInstance) } : undefined;
}

function wordsOf(error: unknown): string {
  if (error instanceof Violation) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
