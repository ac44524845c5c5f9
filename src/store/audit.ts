import { createHash } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import { canonicalJson } from '../domain/canonical-json.ts';
import { LIMITS } from '../domain/limits.ts';
import { type Database, inTransaction } from './database.ts';

/** Who did something: `user:<name>`, `token:<name of its user>/<name of the token>` or `system`. */
export type Actor = 'system' | `user:${string}` | `token:${string}/${string}`;

export interface AuditEntry {
  readonly at: Date;
  readonly actor: string;
  /** What was done, `<noun>.<verb in the past>`: `connector.created`, `session.refused`. */
  readonly action: string;
  /** What it was done to, such as `connector:<id>` or `user:<name>`. */
  readonly subject: string;
  /** The facts, JSON values only, and never a secret. */
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface ChainedEntry extends AuditEntry {
  /** 1, 2, 3 … without gaps. */
  readonly seq: number;
  readonly previousHash: Buffer;
  /** SHA-256 over the hash of the entry before and the canonical JSON of this one with its seq. */
  readonly hash: Buffer;
}

export interface AuditVerdict {
  readonly intact: boolean;
  /** How many entries were found in order. */
  readonly entries: number;
  /** The first place where the log is not what was written; null when it is intact. */
  readonly brokenAtSeq: number | null;
  /** Hash of the last good entry; noted elsewhere, it shows later that the log up to here was not written anew. */
  readonly lastHash: Buffer;
}

const FIRST_PREVIOUS_HASH = Buffer.alloc(32);

/**
 * Adds one entry to the end of the chain. Give it the transaction of the change that it tells of, as that transaction's
 * last statement: writers queue at the head row from here until the commit.
 */
export async function appendAudit(db: Database, entry: AuditEntry & { readonly actor: Actor }): Promise<void> {
  await appendAuditEntries(db, [entry]);
}

/** The same for entries that belong together, in their order. */
export async function appendAuditEntries(
  db: Database,
  entries: readonly (AuditEntry & { readonly actor: Actor })[],
): Promise<void> {
  if (entries.length === 0) return;
  await inTransaction(db, async transaction => {
    let last = await lockHead(transaction);
    const rows = entries.map(entry => {
      const seq = last.seq + 1;
      const previousHash = last.hash;
      last = { seq, hash: hashOf({ ...entry, seq, previousHash }) };
      return { ...entry, seq, previousHash: previousHash.toString('hex'), hash: last.hash.toString('hex') };
    });
    await sql`
      -- prepared: append-audit-entries
      with entries as (
        insert into audit_log (seq, at, actor, action, subject, detail, previous_hash, hash)
        select seq, at, actor, action, subject, detail, decode("previousHash", 'hex'), decode(hash, 'hex')
        from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as e(
          seq bigint, at timestamptz, actor text, action text, subject text, detail jsonb, "previousHash" text, hash text
        )
      )
      update audit_head set seq = ${last.seq}, hash = ${last.hash}
    `.execute(transaction);
  });
}

/**
 * Reads the whole log in pages and recomputes its chain. Finds a changed value, a missing entry (also at the end), and
 * entries in another order. What it cannot find is a log that somebody wrote anew as a whole; compare `lastHash` for that.
 */
export async function verifyAudit(db: Database): Promise<AuditVerdict> {
  const end = await readEnd(db);
  let last: Head = { seq: 0, hash: FIRST_PREVIOUS_HASH };
  for (;;) {
    const page = await readAscending(db, { after: last.seq, upTo: end.head.seq, limit: LIMITS.pageItemsMax });
    for (const entry of page) {
      if (!follows(last, entry)) return brokenAfter(last);
      last = { seq: entry.seq, hash: entry.hash };
    }
    if (page.length < LIMITS.pageItemsMax) break;
  }
  const endsAtHead = last.seq === end.head.seq && last.hash.equals(end.head.hash) && end.lastSeq === last.seq;
  if (!endsAtHead) return brokenAfter(last);
  return { intact: true, entries: last.seq, brokenAtSeq: null, lastHash: last.hash };
}

/** Entries newest first; `before` is the seq of the last entry already seen. */
export async function listAudit(
  db: Database,
  { before, limit }: { before: string | number | null; limit: number },
): Promise<ChainedEntry[]> {
  const { rows } = await sql<ChainedEntry>`
    select seq, at, actor, action, subject, detail, previous_hash as "previousHash", hash
    from audit_log
    where ${before}::bigint is null or seq < ${before}
    order by seq desc limit ${limit}
  `.execute(db);
  return rows;
}

interface Head {
  readonly seq: number;
  readonly hash: Buffer;
}

/** In read committed a writer that waited here sees the row as the writer before it left it. */
async function lockHead(transaction: Transaction<unknown>): Promise<Head> {
  const { rows } = await sql<Head>`
    -- prepared: lock-audit-head
    select seq, hash from audit_head for update
  `.execute(transaction);
  return theOnly(rows);
}

/** Head and last entry in one statement, so that an entry appended meanwhile is in both or in neither. */
async function readEnd(db: Database): Promise<{ head: Head; lastSeq: number }> {
  const { rows } = await sql<Head & { lastSeq: number }>`
    select seq, hash, (select coalesce(max(seq), 0) from audit_log) as "lastSeq" from audit_head
  `.execute(db);
  const { lastSeq, ...head } = theOnly(rows);
  return { head, lastSeq };
}

function theOnly<Row extends Head>(rows: Row[]): Row {
  const [head] = rows;
  if (!head) throw new Error('the audit log has no head row');
  return head;
}

async function readAscending(
  db: Database,
  { after, upTo, limit }: { after: number; upTo: number; limit: number },
): Promise<ChainedEntry[]> {
  const { rows } = await sql<ChainedEntry>`
    select seq, at, actor, action, subject, detail, previous_hash as "previousHash", hash
    from audit_log where seq > ${after} and seq <= ${upTo} order by seq limit ${limit}
  `.execute(db);
  return rows;
}

function follows(last: Head, entry: ChainedEntry): boolean {
  return entry.seq === last.seq + 1 && entry.previousHash.equals(last.hash) && entry.hash.equals(hashOf(entry));
}

function hashOf(entry: Omit<ChainedEntry, 'hash'>): Buffer {
  const { seq, at, actor, action, subject, detail, previousHash } = entry;
  const text = canonicalJson({ seq, at: at.toISOString(), actor, action, subject, detail });
  return createHash('sha256').update(previousHash).update(text).digest();
}

function brokenAfter(last: Head): AuditVerdict {
  return { intact: false, entries: last.seq, brokenAtSeq: last.seq + 1, lastHash: last.hash };
}
