import type { Command } from 'commander';
import type { Io } from './io.ts';
import { answer, EXIT } from './outcome.ts';
import { type CommonOptions, leaf, type PageOptions, paged, pageQuery, run } from './run-command.ts';
import { facts, more, table, time } from './text.ts';

export function addAuditCommands(program: Command, io: Io): void {
  const group = program.command('audit').description('the log of who did what');
  paged(leaf(group, 'list', 'list entries, newest first')).action((options: PageOptions) =>
    run(io, options, async ({ client }) => {
      const page = await client.call('listAudit', { query: pageQuery(options) });
      if (!page.ok) return page;
      const rows = page.value.items.map(({ seq, at, actor, action, subject }) => [
        seq,
        time(at),
        actor,
        action,
        subject,
      ]);
      const headings = ['seq', 'when', 'who', 'what', 'on'];
      return answer(table(headings, rows) + more(page.value.nextCursor), page.value);
    }),
  );
  leaf(group, 'verify', 'recompute the hash chain; ends with 1 if it is broken').action((options: CommonOptions) =>
    run(io, options, async ({ client }) => {
      const verdict = await client.call('verifyAudit', {});
      if (!verdict.ok) return verdict;
      const { intact, entries, brokenAtSeq, lastHash } = verdict.value;
      const text = facts([
        ['Audit log', intact ? 'intact' : `broken at entry ${brokenAtSeq}`],
        ['Entries in order', entries],
        ['Hash of the last', lastHash],
      ]);
      return answer(text, verdict.value, intact ? EXIT.ok : EXIT.failure);
    }),
  );
}
