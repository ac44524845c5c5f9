import { createInterface } from 'node:readline';

/** Says `ready`, then does `sync` for each line that comes, and answers each with a line: its seconds as JSON. */
export async function serve(sync: () => Promise<void>): Promise<void> {
  process.stdout.write('ready\n');
  for await (const _ of createInterface(process.stdin)) {
    const from = performance.now();
    await sync();
    process.stdout.write(`${JSON.stringify({ seconds: (performance.now() - from) / 1_000 })}\n`);
  }
}
