import fc from 'fast-check';

/**
 * Property tests draw the same examples at every run, so that a change is judged by itself and not by luck. Look further
 * with `PROPERTY_SEED=random npx vitest run …`, or repeat what was found with its number.
 */
const wanted = process.env.PROPERTY_SEED ?? '20261123';
if (wanted !== 'random') fc.configureGlobal({ seed: Number(wanted) });
