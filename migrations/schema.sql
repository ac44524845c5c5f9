-- What all migrations together make; for reading, never run. Written by "npm run dump-schema" and compared
-- with the migrations in test/store/schema.test.ts.

create extension pg_trgm;

CREATE OR REPLACE FUNCTION add_up_ledger(added uuid)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
begin
  delete from ledger_totals where connector_id = added;
  with ledger as (
    select * from scopes where connector_id = added
  ),
  applicable as (
    select region, asset_type, complete_at, last_outcome is not distinct from 'complete' as is_complete,
      -- As LIMITS.emptyProofsMin (src/domain/limits.ts) says.
      case when last_outcome = 'complete' and empty_proofs < 2 then complete_at end as found_at,
      case when last_outcome = 'complete' and empty_proofs >= 2 then complete_at end as empty_at
    from ledger where last_outcome is distinct from 'not-applicable'
  ),
  types as (
    select asset_type as key, jsonb_build_object(
      'scopes', count(*), 'complete', count(*) filter (where is_complete), 'oldest', min(complete_at),
      'oldestFound', min(found_at), 'oldestEmpty', min(empty_at)) as value
    from applicable group by 1
  ),
  regions as (
    select region as key, jsonb_build_object(
      'scopes', count(*), 'complete', count(*) filter (where is_complete), 'oldest', min(complete_at),
      'oldestFound', min(found_at), 'oldestEmpty', min(empty_at)) as value
    from applicable group by 1
  )
  insert into ledger_totals (connector_id, account_id, scopes, complete, oldest_complete_at, by_type, by_region,
    oldest_found_at, oldest_empty_at)
  select added, (select min(account_id) from ledger), count(*), count(*) filter (where is_complete), min(complete_at),
    (select coalesce(jsonb_object_agg(key, value), '{}') from types),
    (select coalesce(jsonb_object_agg(key, value), '{}') from regions), min(found_at), min(empty_at)
  from applicable
  -- One whose ledger still has scopes of an earlier account is read scope by scope.
  having (select count(distinct account_id) from ledger) = 1;
end
$function$;

CREATE OR REPLACE FUNCTION add_up_ledger_of_run()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform add_up_ledger(new.connector_id);
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION count_assets()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if tg_op = 'INSERT' then
    insert into asset_counts as c (partition, account_id, region, asset_type, state, seen_by, n)
    select partition, account_id, region, asset_type, state, seen_by, count(*) from came where gone_at is null group by 1, 2, 3, 4, 5, 6
    on conflict (account_id, asset_type, region, state, seen_by, partition) do update set n = c.n + excluded.n;
    return null;
  end if;
  if tg_op = 'UPDATE' then
    insert into asset_counts as c (partition, account_id, region, asset_type, state, seen_by, n)
    select partition, account_id, region, asset_type, state, seen_by, sum(change) from (
      select partition, account_id, region, asset_type, state, seen_by, 1 as change from came where gone_at is null
      union all
      select partition, account_id, region, asset_type, state, seen_by, -1 from went where gone_at is null
    ) changes group by 1, 2, 3, 4, 5, 6 having sum(change) <> 0
    on conflict (account_id, asset_type, region, state, seen_by, partition) do update set n = c.n + excluded.n;
  else
    insert into asset_counts as c (partition, account_id, region, asset_type, state, seen_by, n)
    select partition, account_id, region, asset_type, state, seen_by, -count(*) from went where gone_at is null group by 1, 2, 3, 4, 5, 6
    on conflict (account_id, asset_type, region, state, seen_by, partition) do update set n = c.n + excluded.n;
  end if;
  delete from asset_counts where n = 0 and (account_id, asset_type, region) in (
    select distinct account_id, asset_type, region from went
  );
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'the audit log is append-only';
end
$function$;

create table alert_channels (
  id uuid not null,
  name text not null,
  kind text not null,
  settings jsonb not null,
  sealed_secret jsonb,
  enabled boolean not null,
  after_intervals integer not null,
  remind_hours integer not null,
  fence integer not null default 0,
  held_until timestamp with time zone,
  failures integer not null default 0,
  next_try_at timestamp with time zone,
  last_fault jsonb,
  last_sent_at timestamp with time zone,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint alert_channels_after_intervals_check CHECK ((after_intervals > 0)),
  constraint alert_channels_kind_check CHECK ((kind = ANY (ARRAY['webhook'::text, 'email'::text]))),
  constraint alert_channels_pkey PRIMARY KEY (id),
  constraint alert_channels_remind_hours_check CHECK ((remind_hours > 0))
);

create table alert_connectors (
  alert_id uuid not null,
  connector_id uuid not null,
  run_id uuid,
  scopes integer not null,
  regions integer not null,
  joined_at timestamp with time zone not null,
  left_at timestamp with time zone,
  constraint alert_connectors_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES alerts(id) ON DELETE CASCADE,
  constraint alert_connectors_connector_id_fkey FOREIGN KEY (connector_id) REFERENCES connectors(id) ON DELETE CASCADE,
  constraint alert_connectors_pkey PRIMARY KEY (alert_id, connector_id)
);
CREATE INDEX alert_connectors_connector ON alert_connectors USING btree (connector_id);

create table alert_deliveries (
  id uuid not null,
  channel_id uuid not null,
  alert_id uuid not null,
  event text not null,
  message jsonb not null,
  state text not null,
  tries integer not null default 0,
  fault jsonb,
  created_at timestamp with time zone not null,
  finished_at timestamp with time zone,
  constraint alert_deliveries_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES alerts(id) ON DELETE CASCADE,
  constraint alert_deliveries_channel_id_fkey FOREIGN KEY (channel_id) REFERENCES alert_channels(id) ON DELETE CASCADE,
  constraint alert_deliveries_check CHECK (((state = 'pending'::text) = (finished_at IS NULL))),
  constraint alert_deliveries_event_check CHECK ((event = ANY (ARRAY['opened'::text, 'updated'::text, 'reminder'::text, 'resolved'::text]))),
  constraint alert_deliveries_pkey PRIMARY KEY (id),
  constraint alert_deliveries_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'sent'::text, 'failed'::text, 'replaced'::text])))
);
CREATE INDEX alert_deliveries_alert ON alert_deliveries USING btree (alert_id);
CREATE INDEX alert_deliveries_channel ON alert_deliveries USING btree (channel_id, id DESC);
CREATE INDEX alert_deliveries_pending ON alert_deliveries USING btree (channel_id, tries, id) WHERE (state = 'pending'::text);

create table alert_evaluations (
  only_row boolean not null default true,
  evaluated_at timestamp with time zone not null,
  constraint alert_evaluations_only_row_check CHECK (only_row),
  constraint alert_evaluations_pkey PRIMARY KEY (only_row)
);

create table alert_notices (
  alert_id uuid not null,
  channel_id uuid not null,
  told text not null,
  told_at timestamp with time zone not null,
  opened_at timestamp with time zone not null,
  connectors integer not null,
  sequence integer not null,
  constraint alert_notices_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES alerts(id) ON DELETE CASCADE,
  constraint alert_notices_channel_id_fkey FOREIGN KEY (channel_id) REFERENCES alert_channels(id) ON DELETE CASCADE,
  constraint alert_notices_pkey PRIMARY KEY (alert_id, channel_id),
  constraint alert_notices_told_check CHECK ((told = ANY (ARRAY['open'::text, 'resolved'::text])))
);
CREATE INDEX alert_notices_channel ON alert_notices USING btree (channel_id);

create table alerts (
  id uuid not null,
  cause_key text not null,
  cause jsonb not null,
  fault jsonb not null,
  first_at timestamp with time zone not null,
  last_at timestamp with time zone not null,
  resolved_at timestamp with time zone,
  occurrences integer not null default 1,
  connectors integer not null default 0,
  connectors_most integer not null default 0,
  recovered integer not null default 0,
  disabled integer not null default 0,
  otherwise integer not null default 0,
  constraint alerts_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX alerts_open ON alerts USING btree (cause_key) WHERE (resolved_at IS NULL);
CREATE INDEX alerts_resolved ON alerts USING btree (cause_key, resolved_at) WHERE (resolved_at IS NOT NULL);

create table api_tokens (
  id uuid not null,
  name text not null,
  role text not null,
  token_hash bytea not null,
  created_by uuid not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone,
  last_used_at timestamp with time zone,
  constraint api_tokens_created_by_fkey FOREIGN KEY (created_by) REFERENCES users(id) ON DELETE CASCADE,
  constraint api_tokens_pkey PRIMARY KEY (id),
  constraint api_tokens_role_check CHECK ((role = ANY (ARRAY['administrator'::text, 'operator'::text, 'reader'::text]))),
  constraint api_tokens_token_hash_key UNIQUE (token_hash)
);

create table asset_counts (
  partition text not null,
  account_id text not null,
  region text not null,
  asset_type text not null,
  state text,
  seen_by integer[] not null,
  n bigint not null,
  sole integer generated always as (
CASE
    WHEN (cardinality(seen_by) = 1) THEN seen_by[1]
    ELSE NULL::integer
END) stored,
  constraint asset_counts_account_id_asset_type_region_state_seen_by_par_key UNIQUE NULLS NOT DISTINCT (account_id, asset_type, region, state, seen_by, partition)
) with (fillfactor=80);
CREATE INDEX asset_counts_shared ON asset_counts USING btree (account_id) WHERE (sole IS NULL);
CREATE INDEX asset_counts_type ON asset_counts USING btree (asset_type);

create table asset_history (
  asset_id uuid not null,
  seq bigint not null generated always as identity,
  at timestamp with time zone not null,
  run_id uuid,
  event text not null,
  changes jsonb not null,
  constraint asset_history_asset_id_fkey FOREIGN KEY (asset_id) REFERENCES assets(id) ON DELETE CASCADE,
  constraint asset_history_event_check CHECK ((event = ANY (ARRAY['appeared'::text, 'changed'::text, 'gone'::text, 'returned'::text, 'detached'::text]))),
  constraint asset_history_pkey PRIMARY KEY (asset_id, seq)
);
CREATE INDEX asset_history_at ON asset_history USING btree (at);

create table assets (
  id uuid not null,
  partition text not null,
  account_id text not null,
  region text not null,
  asset_type text not null,
  native_id text not null,
  arn text,
  name text,
  state text,
  tags jsonb not null,
  connector_tags jsonb not null default '{}'::jsonb,
  attributes json not null,
  search text not null,
  content_hash bytea,
  seen_by integer[] not null,
  first_seen_at timestamp with time zone not null,
  last_seen_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  gone_at timestamp with time zone,
  unknown jsonb not null default '{}'::jsonb,
  raw_hash bytea,
  appeared_in uuid,
  shared_facts text[] collate "C",
  compared jsonb not null default '{}'::jsonb,
  constraint assets_partition_account_id_region_asset_type_native_id_key UNIQUE (partition, account_id, region, asset_type, native_id),
  constraint assets_pkey PRIMARY KEY (id)
);
CREATE INDEX assets_live ON assets USING btree (partition, account_id, region, asset_type) WHERE (gone_at IS NULL);
CREATE INDEX assets_name ON assets USING btree (((name IS NULL)), name, id) WHERE (gone_at IS NULL);
CREATE INDEX assets_native_id ON assets USING btree (lower(native_id) text_pattern_ops);
CREATE INDEX assets_search ON assets USING gin (search gin_trgm_ops);
CREATE INDEX assets_shared_facts ON assets USING gin (shared_facts) WITH (gin_pending_list_limit='256') WHERE (shared_facts IS NOT NULL);
CREATE INDEX assets_tags ON assets USING gin (tags jsonb_path_ops);
CREATE INDEX assets_type_name ON assets USING btree (asset_type, ((name IS NULL)), name, id) WHERE (gone_at IS NULL);
CREATE TRIGGER assets_count_came AFTER INSERT ON assets REFERENCING NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION count_assets();
CREATE TRIGGER assets_count_changed AFTER UPDATE ON assets REFERENCING OLD TABLE AS went NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION count_assets();
CREATE TRIGGER assets_count_went AFTER DELETE ON assets REFERENCING OLD TABLE AS went FOR EACH STATEMENT EXECUTE FUNCTION count_assets();

create table audit_head (
  only_row boolean not null default true,
  seq bigint not null,
  hash bytea not null,
  constraint audit_head_only_row_check CHECK (only_row),
  constraint audit_head_pkey PRIMARY KEY (only_row)
);

create table audit_log (
  seq bigint not null,
  at timestamp with time zone not null,
  actor text not null,
  action text not null,
  subject text not null,
  detail jsonb not null,
  previous_hash bytea not null,
  hash bytea not null,
  constraint audit_log_pkey PRIMARY KEY (seq)
);
CREATE TRIGGER audit_log_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

create table base_accounts (
  id uuid not null,
  title text not null,
  account_type text not null,
  use_in_asset_view boolean not null,
  cutover text not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint base_accounts_cutover_check CHECK ((cutover = ANY (ARRAY['safe'::text, 'immediate'::text]))),
  constraint base_accounts_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX base_accounts_account_type ON base_accounts USING btree (account_type);

create table base_identities (
  id uuid not null,
  base_account_id uuid not null,
  account_id text not null,
  kind text not null,
  access_key_id text,
  sealed_secret jsonb,
  created_at timestamp with time zone not null,
  proof jsonb,
  state text not null,
  retired_at timestamp with time zone,
  role_arn text,
  token_file text,
  constraint base_identities_base_account_id_fkey FOREIGN KEY (base_account_id) REFERENCES base_accounts(id) ON DELETE CASCADE,
  constraint base_identities_check CHECK ((((kind = 'access-key'::text) = (access_key_id IS NOT NULL)) AND ((kind = 'access-key'::text) = (sealed_secret IS NOT NULL)))),
  constraint base_identities_check1 CHECK ((((kind = 'web-identity'::text) = (role_arn IS NOT NULL)) AND ((kind = 'web-identity'::text) = (token_file IS NOT NULL)))),
  constraint base_identities_kind_check CHECK ((kind = ANY (ARRAY['access-key'::text, 'instance-profile'::text, 'container-role'::text, 'web-identity'::text]))),
  constraint base_identities_pkey PRIMARY KEY (id),
  constraint base_identities_state_check CHECK ((state = ANY (ARRAY['candidate'::text, 'active'::text, 'retired'::text])))
);
CREATE UNIQUE INDEX base_identities_active ON base_identities USING btree (base_account_id) WHERE (state = 'active'::text);

create table connectors (
  id uuid not null,
  num integer not null generated always as identity,
  name text not null,
  description text not null,
  account_type text not null,
  partition text not null,
  account_id text not null,
  role_arn text not null,
  external_id text not null,
  regions text[],
  polling_minutes integer not null,
  enabled boolean not null,
  in_cloud_view boolean not null,
  in_asset_view boolean not null,
  asset_view_removed_at timestamp with time zone,
  asset_tags jsonb not null,
  tags jsonb not null,
  current_hub_kind text,
  current_hub_account_id text,
  current_identity_id uuid,
  current_hub_since timestamp with time zone,
  target_extra_tries integer not null default 0,
  target_extra_since timestamp with time zone,
  last_check jsonb,
  last_run_id uuid,
  last_complete_at timestamp with time zone,
  next_run_at timestamp with time zone not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  earlier_hub_kind text,
  earlier_hub_account_id text,
  earlier_identity_id uuid,
  trust_policy text,
  trust_policy_fault jsonb,
  trust_policy_read_at timestamp with time zone,
  plans integer not null default 0,
  constraint connectors_check CHECK (((current_hub_kind IS NULL) = (current_hub_account_id IS NULL))),
  constraint connectors_check1 CHECK (((earlier_hub_kind IS NULL) = (earlier_hub_account_id IS NULL))),
  constraint connectors_current_hub_kind_check CHECK ((current_hub_kind = ANY (ARRAY['base-account'::text, 'platform-account'::text]))),
  constraint connectors_current_identity_id_fkey FOREIGN KEY (current_identity_id) REFERENCES base_identities(id) ON DELETE SET NULL,
  constraint connectors_earlier_hub_kind_check CHECK ((earlier_hub_kind = ANY (ARRAY['base-account'::text, 'platform-account'::text]))),
  constraint connectors_earlier_identity_id_fkey FOREIGN KEY (earlier_identity_id) REFERENCES base_identities(id) ON DELETE SET NULL,
  constraint connectors_num_key UNIQUE (num),
  constraint connectors_pkey PRIMARY KEY (id),
  constraint connectors_polling_minutes_check CHECK (((polling_minutes >= 60) AND (polling_minutes <= 1440))),
  constraint connectors_role_arn_key UNIQUE (role_arn)
);
CREATE INDEX connectors_account_type ON connectors USING btree (account_type);
CREATE INDEX connectors_current_identity ON connectors USING btree (current_identity_id);
CREATE INDEX connectors_due ON connectors USING btree (next_run_at) WHERE enabled;
CREATE INDEX connectors_earlier_identity ON connectors USING btree (earlier_identity_id);
CREATE INDEX connectors_name ON connectors USING btree (name, id);

create table estate_readiness (
  only_row boolean not null default true,
  taken_at timestamp with time zone not null,
  took_ms integer not null,
  cells jsonb not null,
  causes jsonb not null,
  constraint estate_readiness_only_row_check CHECK (only_row),
  constraint estate_readiness_pkey PRIMARY KEY (only_row)
);

create table hub_evidence (
  connector_id uuid not null,
  hub_kind text not null,
  hub_account_id text not null,
  outcome text not null,
  fault jsonb,
  at timestamp with time zone not null,
  constraint hub_evidence_check CHECK (((fault IS NULL) = (outcome = 'accepted'::text))),
  constraint hub_evidence_connector_id_fkey FOREIGN KEY (connector_id) REFERENCES connectors(id) ON DELETE CASCADE,
  constraint hub_evidence_hub_kind_check CHECK ((hub_kind = ANY (ARRAY['base-account'::text, 'platform-account'::text]))),
  constraint hub_evidence_outcome_check CHECK ((outcome = ANY (ARRAY['accepted'::text, 'refused'::text, 'unknown'::text]))),
  constraint hub_evidence_pkey PRIMARY KEY (connector_id, hub_kind, hub_account_id)
);

create table key_rotations (
  id uuid not null,
  base_account_id uuid not null,
  state text not null,
  step text not null,
  aim text not null,
  step_since timestamp with time zone not null,
  old_key_id text not null,
  user_arn text,
  create_asked_at timestamp with time zone,
  new_key_id text,
  new_identity_id uuid,
  unknown_key_id text,
  doomed_key_id text,
  fault jsonb,
  fence integer not null,
  job_id uuid not null,
  requested_by text not null,
  started_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  finished_at timestamp with time zone,
  constraint key_rotations_aim_check CHECK ((aim = ANY (ARRAY['rotate'::text, 'abandon'::text]))),
  constraint key_rotations_base_account_id_fkey FOREIGN KEY (base_account_id) REFERENCES base_accounts(id) ON DELETE CASCADE,
  constraint key_rotations_check CHECK (((finished_at IS NOT NULL) = (state = ANY (ARRAY['done'::text, 'abandoned'::text])))),
  constraint key_rotations_new_identity_id_fkey FOREIGN KEY (new_identity_id) REFERENCES base_identities(id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
  constraint key_rotations_pkey PRIMARY KEY (id),
  constraint key_rotations_state_check CHECK ((state = ANY (ARRAY['running'::text, 'blocked'::text, 'done'::text, 'abandoned'::text]))),
  constraint key_rotations_step_check CHECK ((step = ANY (ARRAY['look'::text, 'create'::text, 'prove'::text, 'switch'::text, 'deactivate'::text, 'delete'::text])))
);
CREATE INDEX key_rotations_base_account ON key_rotations USING btree (base_account_id, started_at);
CREATE INDEX key_rotations_new_identity ON key_rotations USING btree (new_identity_id);
CREATE UNIQUE INDEX key_rotations_under_way ON key_rotations USING btree (base_account_id) WHERE (state = ANY (ARRAY['running'::text, 'blocked'::text]));

create table ledger_totals (
  connector_id uuid not null,
  account_id text not null,
  scopes integer not null,
  complete integer not null,
  oldest_complete_at timestamp with time zone,
  by_type jsonb not null,
  by_region jsonb not null,
  oldest_found_at timestamp with time zone,
  oldest_empty_at timestamp with time zone,
  constraint ledger_totals_connector_id_fkey FOREIGN KEY (connector_id) REFERENCES connectors(id) ON DELETE CASCADE,
  constraint ledger_totals_pkey PRIMARY KEY (connector_id)
);

create table metric_totals (
  metric text not null,
  labels jsonb not null,
  value double precision not null,
  constraint metric_totals_pkey PRIMARY KEY (metric, labels)
);

create table migrations (
  name text not null,
  sha256 text not null,
  applied_at timestamp with time zone not null default now(),
  constraint migrations_pkey PRIMARY KEY (name)
);

create table recheck_done (
  recheck_id uuid not null,
  connector_id uuid not null,
  constraint recheck_done_pkey PRIMARY KEY (recheck_id, connector_id),
  constraint recheck_done_recheck_id_fkey FOREIGN KEY (recheck_id) REFERENCES rechecks(id) ON DELETE CASCADE
);

create table rechecks (
  id uuid not null,
  account_type text not null,
  state text not null,
  requested_by text not null,
  job_id uuid not null,
  fence integer not null default 0,
  total integer not null,
  done integer not null default 0,
  accepted integer not null default 0,
  refused integer not null default 0,
  unknown integer not null default 0,
  moved integer not null default 0,
  throttled integer not null default 0,
  started_at timestamp with time zone not null,
  finished_at timestamp with time zone,
  constraint rechecks_check CHECK (((state = 'running'::text) = (finished_at IS NULL))),
  constraint rechecks_pkey PRIMARY KEY (id),
  constraint rechecks_state_check CHECK ((state = ANY (ARRAY['running'::text, 'done'::text, 'cancelled'::text])))
);
CREATE INDEX rechecks_latest ON rechecks USING btree (account_type, started_at DESC, id DESC);
CREATE UNIQUE INDEX rechecks_under_way ON rechecks USING btree (account_type) WHERE (state = 'running'::text);

create table retention (
  kind text not null,
  due_at timestamp with time zone not null,
  after_id uuid not null default '00000000-0000-0000-0000-000000000000'::uuid,
  deleted bigint not null default 0,
  passed_at timestamp with time zone,
  after_fact text not null default ''::text,
  constraint retention_kind_check CHECK ((kind = ANY (ARRAY['runs'::text, 'history'::text, 'facts'::text]))),
  constraint retention_pkey PRIMARY KEY (kind)
);

create table runs (
  id uuid not null,
  connector_id uuid not null,
  state text not null,
  trigger text not null,
  requested_by text not null,
  partition text not null,
  account_id text not null,
  job_id uuid not null,
  fence integer not null default 0,
  hub_kind text,
  hub_account_id text,
  caller_arn text,
  fault jsonb,
  regions_fault jsonb,
  queued_at timestamp with time zone not null,
  started_at timestamp with time zone,
  finished_at timestamp with time zone,
  plan jsonb,
  scopes jsonb,
  scopes_planned integer not null default 0,
  scopes_finished integer not null default 0,
  scopes_complete integer not null default 0,
  items integer not null default 0,
  pages integer not null default 0,
  added integer not null default 0,
  changed integer not null default 0,
  gone integer not null default 0,
  calls integer not null default 0,
  throttled integer not null default 0,
  under_way jsonb not null default '[]'::jsonb,
  skipped jsonb,
  scopes_not_applicable integer not null default 0,
  constraint runs_connector_id_fkey FOREIGN KEY (connector_id) REFERENCES connectors(id) ON DELETE CASCADE,
  constraint runs_pkey PRIMARY KEY (id),
  constraint runs_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'running'::text, 'ok'::text, 'problems'::text, 'failed'::text, 'cancelled'::text]))),
  constraint runs_trigger_check CHECK ((trigger = ANY (ARRAY['created'::text, 'schedule'::text, 'request'::text])))
) with (fillfactor=80);
CREATE INDEX runs_connector ON runs USING btree (connector_id, id DESC);
CREATE UNIQUE INDEX runs_one_per_account ON runs USING btree (partition, account_id) WHERE (state = 'running'::text);
CREATE INDEX runs_state ON runs USING btree (partition, state, id DESC);
CREATE UNIQUE INDEX runs_under_way ON runs USING btree (connector_id) WHERE (state = ANY (ARRAY['queued'::text, 'running'::text]));
CREATE TRIGGER runs_add_up_ledger AFTER UPDATE OF state ON runs FOR EACH ROW WHEN (((old.state = 'running'::text) AND (new.state <> 'running'::text))) EXECUTE FUNCTION add_up_ledger_of_run();

create table scopes (
  connector_id uuid not null,
  region text not null,
  asset_type text not null,
  partition text not null,
  account_id text not null,
  last_outcome text,
  last_fault jsonb,
  last_run_id uuid,
  last_finished_at timestamp with time zone,
  complete_began_at timestamp with time zone,
  complete_at timestamp with time zone,
  items integer not null default 0,
  asset_tags jsonb not null default '{}'::jsonb,
  read_with text,
  last_began_at timestamp with time zone,
  last_items integer not null default 0,
  last_pages integer not null default 0,
  last_added integer not null default 0,
  last_changed integer not null default 0,
  last_gone integer not null default 0,
  last_calls integer not null default 0,
  last_throttled integer not null default 0,
  empty_proofs smallint not null default 0,
  alive_at timestamp with time zone,
  last_operations jsonb,
  constraint scopes_connector_id_fkey FOREIGN KEY (connector_id) REFERENCES connectors(id) ON DELETE CASCADE,
  constraint scopes_pkey PRIMARY KEY (connector_id, region, asset_type)
) with (fillfactor=60);
CREATE INDEX scopes_not_complete ON scopes USING btree (connector_id, region, asset_type) WHERE (last_outcome IS DISTINCT FROM 'complete'::text);
CREATE INDEX scopes_type_region ON scopes USING btree (asset_type, region);

create table sessions (
  id_hash bytea not null,
  user_id uuid not null,
  csrf_token text not null,
  created_at timestamp with time zone not null,
  last_used_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  constraint sessions_pkey PRIMARY KEY (id_hash),
  constraint sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);
CREATE INDEX sessions_expires_at ON sessions USING btree (expires_at);

create table shared_facts (
  fact text collate "C" not null,
  constraint shared_facts_pkey PRIMARY KEY (fact)
);
CREATE INDEX shared_facts_search ON shared_facts USING gin (fact gin_trgm_ops);

create unlogged table sign_in_tries (
  bucket bytea not null,
  tries integer not null,
  window_ends_at timestamp with time zone not null,
  constraint sign_in_tries_pkey PRIMARY KEY (bucket)
);
CREATE INDEX sign_in_tries_window ON sign_in_tries USING btree (window_ends_at);

create table users (
  id uuid not null,
  username text not null,
  password_hash text not null,
  role text not null,
  disabled_at timestamp with time zone,
  created_at timestamp with time zone not null,
  constraint users_pkey PRIMARY KEY (id),
  constraint users_role_check CHECK ((role = ANY (ARRAY['administrator'::text, 'operator'::text, 'reader'::text])))
);
CREATE UNIQUE INDEX users_username ON users USING btree (lower(username));

create view asset_events as
 SELECT asset_history.asset_id,
    asset_history.seq,
    asset_history.at,
    asset_history.run_id,
    asset_history.event,
    asset_history.changes
   FROM asset_history
UNION ALL
 SELECT assets.id AS asset_id,
    (0)::bigint AS seq,
    assets.first_seen_at AS at,
    assets.appeared_in AS run_id,
    'appeared'::text AS event,
    '[]'::jsonb AS changes
   FROM assets
  WHERE (assets.appeared_in IS NOT NULL);
