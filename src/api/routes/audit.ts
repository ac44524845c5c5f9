import { readCursor } from '../../domain/cursor.ts';
import { ok } from '../../domain/result.ts';
import { type ChainedEntry, listAudit, verifyAudit } from '../../store/audit.ts';
import type { Database } from '../../store/database.ts';
import type { ReplyOf } from '../contract.ts';
import { pageOf } from '../page.ts';
import type { Handlers } from '../routes.ts';

export function auditRoutes({ db }: { db: Database }): Pick<Handlers, 'listAudit' | 'verifyAudit'> {
  return {
    async listAudit({ query: { limit, cursor } }) {
      const before = readCursor(cursor, ['number']);
      if (!before.ok) return before;
      const rows = await listAudit(db, { before: before.value?.[0] ?? null, limit: limit + 1 });
      return ok(pageOf(rows, { limit, keys: entry => [String(entry.seq)], item: wireEntry }));
    },
    async verifyAudit() {
      const { lastHash, ...verdict } = await verifyAudit(db);
      return ok({ ...verdict, lastHash: lastHash.toString('hex') });
    },
  };
}

function wireEntry({
  seq,
  at,
  actor,
  action,
  subject,
  detail,
  hash,
}: ChainedEntry): ReplyOf<'listAudit'>['items'][number] {
  return { seq, at: at.toISOString(), actor, action, subject, detail, hash: hash.toString('hex') };
}
