import { sql } from 'kysely';
import type { Fault } from '../domain/faults.ts';
import type { AccountType } from '../domain/partition.ts';
import type { Database } from './database.ts';

/** A scope of a connector as its ledger has it. */
export interface LedgerScope {
  readonly region: string;
  readonly assetType: string;
  /** Of the last observation; null when none has ended. */
  readonly outcome: string | null;
  /** Why it was not complete; of a complete one, why further calls for its items could not be made. */
  readonly fault: Fault | null;
  /** When the last complete observation ended, and how many items it saw. */
  readonly completeAt: Date | null;
  readonly items: number;
  /** Complete observations in a row that saw nothing. */
  readonly emptyProofs: number;
}

/** A connector's ledger, and what else decides how fresh it is. */
export interface ConnectorLedger {
  readonly accountType: AccountType;
  readonly pollingMinutes: number;
  /** Of the last run that ended. */
  readonly runFault: Fault | null;
  readonly regionsFault: Fault | null;
  /** By region and type. */
  readonly scopes: readonly LedgerScope[];
}

/** Reads by the ledger's primary key and the runs' index by connector, whatever the size of the estate. */
export async function readConnectorLedger(db: Database, connectorId: string): Promise<ConnectorLedger | undefined> {
  const { rows } = await sql<Omit<ConnectorLedger, 'scopes'>>`
    select c.account_type as "accountType", c.polling_minutes as "pollingMinutes", r.fault as "runFault",
      r.regions_fault as "regionsFault"
    from connectors c left join lateral (
      select fault, regions_fault from runs
      where connector_id = c.id and finished_at is not null and state <> 'cancelled' order by id desc limit 1
    ) r on true
    where c.id = ${connectorId}
  `.execute(db);
  const [row] = rows;
  if (!row) return undefined;
  const { rows: scopes } = await sql<LedgerScope>`
    select region, asset_type as "assetType", last_outcome as outcome, last_fault as fault, complete_at as "completeAt", items,
      empty_proofs as "emptyProofs"
    from scopes where connector_id = ${connectorId} order by region, asset_type
  `.execute(db);
  return { ...row, scopes };
}
