import { sql } from 'kysely';
import { onTestFinished } from 'vitest';
import { createVault } from '../../src/accounts/vault.ts';
import { type ChannelInput, createChannel } from '../../src/alerts/channels.ts';
import { deliverAlerts } from '../../src/alerts/deliver.ts';
import type { AlertDeps } from '../../src/alerts/deps.ts';
import { evaluateAlerts } from '../../src/alerts/evaluate.ts';
import { type Fault, fault } from '../../src/domain/faults.ts';
import { systemIds } from '../../src/domain/ids.ts';
import { silentLog } from '../../src/log.ts';
import { listAlerts } from '../../src/store/alert-reads.ts';
import { must } from '../accounts/support.ts';
import { createTestDatabase } from '../support/database.ts';

export const POLLING_MINUTES = 60;
export const SIGNING_SECRET = 'a signing secret for tests';
export const HUB = '999900000001';

/** A database with connectors whose runs end as the test says, under a clock that the test owns. */
export interface Fleet {
  readonly deps: AlertDeps;
  readonly now: () => Date;
  wait(by: { minutes: number }): void;
  /** Adds connectors; their ids. They were never complete, and have just been made. */
  add(count: number): Promise<string[]>;
  /** Ends a run of each of them now. */
  complete(ids: readonly string[]): Promise<void>;
  fail(ids: readonly string[], fault: Fault): Promise<void>;
  problems(ids: readonly string[], scopes: readonly BrokenScope[]): Promise<void>;
  /** Lets the time of a look for alerts come, and looks. */
  look(): Promise<void>;
  alerts(state?: 'open' | 'resolved'): ReturnType<typeof listAlerts>;
}

export interface BrokenScope {
  readonly region: string;
  readonly assetType: string;
  readonly outcome: string;
  readonly fault: Fault;
}

export async function startFleet({ networks = ['127.0.0.1'] }: { networks?: string[] } = {}): Promise<Fleet> {
  const database = await createTestDatabase();
  onTestFinished(() => database.drop());
  const { db } = database;
  let at = Date.parse('2030-01-01T00:00:00Z');
  const clock = { now: () => new Date(at), monotonicMs: () => at };
  const deps: AlertDeps = {
    ...{ db, clock, ids: systemIds, log: silentLog, alertNetworks: networks },
    vault: createVault([{ version: 'test', bytes: Buffer.alloc(32, 7) }]),
    platformAccounts: { global: { accountId: HUB, credentials: { kind: 'instance-profile' } } },
  };
  let made = 0;
  const wait = ({ minutes }: { minutes: number }) => {
    at += minutes * 60_000;
  };
  const endRuns = async (ids: readonly string[], state: string, why: Fault | null) => {
    const runs = ids.map(connectorId => ({ id: systemIds.uuid(), connectorId }));
    await sql`
      with ended as (
        insert into runs (id, connector_id, state, trigger, requested_by, partition, account_id, job_id, queued_at,
          started_at, finished_at, fault)
        select r.id, r."connectorId", ${state}, 'schedule', 'system', c.partition, c.account_id, r.id, ${clock.now()},
          ${clock.now()}, ${clock.now()}, ${why && JSON.stringify(why)}::jsonb
        from jsonb_to_recordset(${JSON.stringify(runs)}::jsonb) as r(id uuid, "connectorId" uuid)
        join connectors c on c.id = r."connectorId"
        returning id, connector_id
      )
      update connectors c set last_run_id = ended.id,
        last_complete_at = case when ${state === 'ok'} then ${clock.now()}::timestamptz else c.last_complete_at end
      from ended where c.id = ended.connector_id
    `.execute(db);
  };
  return {
    deps,
    now: clock.now,
    wait,
    async add(count) {
      const rows = Array.from({ length: count }, () => {
        made += 1;
        const accountId = String(100_000_000_000 + made);
        const name = `connector ${String(made).padStart(5, '0')}`;
        return { id: systemIds.uuid(), name, accountId, roleArn: `arn:aws:iam::${accountId}:role/Reader` };
      });
      await sql`
        insert into connectors (id, name, description, account_type, partition, account_id, role_arn, external_id,
          polling_minutes, enabled, in_cloud_view, in_asset_view, asset_tags, tags, next_run_at, created_at, updated_at)
        select id, name, '', 'global', 'aws', "accountId", "roleArn", 'x-1234', ${POLLING_MINUTES}, true, true, false,
          '{}', '{}', ${clock.now()}, ${clock.now()}, ${clock.now()}
        from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
          as c(id uuid, name text, "accountId" text, "roleArn" text)
      `.execute(db);
      return rows.map(({ id }) => id);
    },
    complete: ids => endRuns(ids, 'ok', null),
    fail: (ids, why) => endRuns(ids, 'failed', why),
    async problems(ids, scopes) {
      await sql`
        insert into scopes (connector_id, region, asset_type, partition, account_id, last_outcome, last_fault)
        select c.id, s.region, s."assetType", c.partition, c.account_id, s.outcome, s.fault
        from connectors c, jsonb_to_recordset(${JSON.stringify(scopes)}::jsonb)
          as s(region text, "assetType" text, outcome text, fault jsonb)
        where c.id = any(${ids}::uuid[])
        on conflict (connector_id, region, asset_type) do update set
          last_outcome = excluded.last_outcome, last_fault = excluded.last_fault
      `.execute(db);
      await endRuns(ids, 'problems', null);
    },
    async look() {
      wait({ minutes: 1 });
      if (!(await evaluateAlerts(deps))) throw new Error('it was somebody else who looked');
    },
    alerts: (state = 'open') => listAlerts(db, { state, after: null, limit: 100 }),
  };
}

export async function addWebhook(fleet: Fleet, url: string, change: Partial<ChannelInput> = {}) {
  const input = {
    ...{ name: 'pager', enabled: true, afterIntervals: 3, remindHours: 24, secret: SIGNING_SECRET },
    settings: { kind: 'webhook', url } as const,
    ...change,
  };
  return must(await createChannel(fleet.deps, { input, actor: 'system' }));
}

/** Looks, and delivers what follows from it. */
export async function lookAndTell(fleet: Fleet): Promise<void> {
  await fleet.look();
  await deliverAlerts(fleet.deps);
}

export const KEY_DELETED = fault('unknown-access-key', 'AWS does not know the access key of the hub.');

/** Denied by a policy of the organisation, in AWS's words. */
export function deniedAbove(action: string, kind: 'service' | 'resource'): Fault {
  const message = `User: arn:aws:sts::100000000001:assumed-role/Reader/run is not authorized to perform: ${action} with an explicit deny in a ${kind} control policy`;
  return fault('denied-by-scp', `${action} is denied: explicit deny in a ${kind} control policy.`, {
    aws: { service: 'sqs', operation: 'ListQueues', name: 'AccessDenied', message, action },
  });
}

export function denied(action: string): Fault {
  return fault('access-denied', `${action} is not allowed for this role.`, {
    aws: { service: 'sqs', operation: 'ListQueues', name: 'AccessDenied', action },
  });
}
