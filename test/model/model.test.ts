import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { tellStories } from './tell-stories.ts';

/** The same stories at every run, so that a change is judged by itself; `npm run soak` plays others (SEED=… some of them here). */
const SCOPES = Number(process.env.SCOPES ?? 20_000);
const seed = Number(process.env.SEED ?? 20_261_123);
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test(`the inventory is true in random stories of accounts, connectors and trouble (seed ${seed})`, {
  timeout: 1_200_000,
}, async () => {
  const { found, scopes } = await tellStories({ ...database, seed, scopes: SCOPES, stages: 8, shrinkMs: 60_000 });
  if (found) throw new Error(`${found.why}\nwith SEED=${found.seed}, smallest story: ${JSON.stringify(found.story)}`);
  expect(scopes).toBeGreaterThanOrEqual(SCOPES);
});
