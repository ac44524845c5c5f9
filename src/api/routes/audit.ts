import { z } from 'zod';
import { ok } from '../../domain/result.ts';
import { type ChainedEntry, listAudit, verifyAudit } from '../../store/audit.ts';
import type { Database } from '../../store/database.ts';
import type { ReplyOf } from '../contract.ts';
import { cursorsOf } from '../cursor.ts';
import type { Handlers } from '../routes.ts';

export function auditRoutes({ db }: { db: Database }): Pick<Handlers, 'listAudit' | 'verifyAudit'> {
  return {
    async listAudit({ query: { limit, cursor } }) {
      const before = bySeq.read(cursor);
      if (!before.ok) return before;
      const rows = await listAudit(db, { before: before.value, limit: limit + 1 });
      return ok(bySeq.page(rows, { limit, position: entry => entry.seq, item: wireEntry }));
    },
    async verifyAudit() {
      const { lastHash, ...verdict } = await verifyAudit(db);
      return ok({ ...verdict, lastHash: lastHash.toString('hex') });
    },
  };
}

const bySeq = cursorsOf('audit', z.number().int());

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
