-- The first schema. Words are those of docs/glossary.md. Times are timestamptz; ids of things people name are UUIDs
-- (version 7, made by the application); numbers that only rows refer to are identity columns.

create extension if not exists pg_trgm;

-- — people —

create table users (
  id uuid primary key,
  username text not null,
  password_hash text not null,
  role text not null check (role in ('administrator', 'operator', 'reader')),
  disabled_at timestamptz,
  created_at timestamptz not null
);
create unique index users_username on users (lower(username));

create table sessions (
  -- SHA-256 of the cookie's value: a stolen dump opens no session.
  id_hash bytea primary key,
  user_id uuid not null references users on delete cascade,
  csrf_token text not null,
  created_at timestamptz not null,
  last_used_at timestamptz not null,
  expires_at timestamptz not null
);
create index sessions_expires_at on sessions (expires_at);

create table api_tokens (
  id uuid primary key,
  name text not null,
  role text not null check (role in ('administrator', 'operator', 'reader')),
  -- SHA-256: tokens have 256 random bits, so a slow hash would protect nothing more.
  token_hash bytea not null unique,
  -- A token acts for this user, so it goes when the user goes.
  created_by uuid not null references users on delete cascade,
  created_at timestamptz not null,
  expires_at timestamptz,
  last_used_at timestamptz
);

-- — the audit log: append-only, each entry's hash covers the one before it —

create table audit_log (
  seq bigint primary key,
  at timestamptz not null,
  -- 'user:<name>', 'token:<user name>/<token name>' or 'system'
  actor text not null,
  action text not null,
  subject text not null,
  detail jsonb not null,
  previous_hash bytea not null,
  hash bytea not null
);

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'the audit log is append-only';
end
$$;
create trigger audit_log_append_only before update or delete or truncate on audit_log
  for each statement execute function refuse_change();

-- — base accounts: the customer's hub, at most one per account type (invariant I5) —

create table base_accounts (
  id uuid primary key,
  title text not null,
  account_type text not null,
  use_in_asset_view boolean not null,
  cutover text not null check (cutover in ('safe', 'immediate')),
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index base_accounts_account_type on base_accounts (account_type);

-- What we act as inside a base account. The active row is the target hub's identity. A retired one is kept only while a
-- connector still runs through it (a change of account ID moves connectors one by one), then it is deleted.
create table base_identities (
  id uuid primary key,
  base_account_id uuid not null references base_accounts on delete cascade,
  account_id text not null,
  kind text not null check (kind in ('access-key')),
  access_key_id text not null,
  -- Sealed by the application: {"keyVersion", "wrappedKey", "nonce", "ciphertext", …}; never plain.
  sealed_secret jsonb not null,
  active boolean not null,
  created_at timestamptz not null,
  -- What AWS said when the credentials were tried last: {"checkedAt", "outcome", "callerArn", "fault"}.
  proof jsonb
);
create unique index base_identities_active on base_identities (base_account_id) where active;

-- — connectors —

create table connectors (
  id uuid primary key,
  -- A small number for assets.seen_by; an array of UUIDs on every asset would be four times as wide.
  num integer generated always as identity unique,
  name text not null,
  description text not null,
  account_type text not null,
  partition text not null,
  account_id text not null,
  role_arn text not null unique,
  external_id text not null,
  -- null: every region that the account has enabled
  regions text[],
  polling_minutes integer not null check (polling_minutes between 60 and 1440),
  enabled boolean not null,
  in_cloud_view boolean not null,
  in_asset_view boolean not null,
  -- Set when somebody took it out of AssetView by hand: "Use in AssetView" must not put it back.
  asset_view_removed_at timestamptz,
  asset_tags jsonb not null,
  tags jsonb not null,
  -- The hub that the last successful assumption went through; null before the first.
  current_hub_kind text check (current_hub_kind in ('base-account', 'platform-account')),
  current_hub_account_id text,
  -- The base identity of that hub while it exists: the only thing a fallback may use.
  current_identity_id uuid references base_identities on delete set null,
  current_hub_since timestamptz,
  -- Why the target hub was refused last, while the connector is moving.
  target_fault jsonb,
  target_tried_at timestamptz,
  -- Tries of the target hub beyond normal polling, counted from target_extra_since for a day.
  target_extra_tries integer not null default 0,
  target_extra_since timestamptz,
  last_check jsonb,
  last_run_id uuid,
  last_complete_at timestamptz,
  next_run_at timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check ((current_hub_kind is null) = (current_hub_account_id is null))
);
create index connectors_due on connectors (next_run_at) where enabled;
create index connectors_account_type on connectors (account_type);
create index connectors_name on connectors (name, id);
create index connectors_current_identity on connectors (current_identity_id);

-- — runs and the ledger of scopes —

create table runs (
  id uuid primary key,
  connector_id uuid not null references connectors on delete cascade,
  state text not null check (state in ('queued', 'running', 'ok', 'problems', 'failed', 'cancelled')),
  trigger text not null check (trigger in ('created', 'schedule', 'request')),
  requested_by text not null,
  -- The account that this run observes, as the connector named it when the run was made or claimed.
  partition text not null,
  account_id text not null,
  -- The queue's job that carries this run; another one after the first was lost.
  job_id uuid not null,
  -- Rises with each claim by a worker; a write with an older number does nothing (invariant I2).
  fence integer not null default 0,
  hub_kind text,
  hub_account_id text,
  caller_arn text,
  fault jsonb,
  -- Set when regions were not asked but taken from the partition's defaults, with the reason.
  regions_fault jsonb,
  queued_at timestamptz not null,
  started_at timestamptz,
  finished_at timestamptz
);
-- Invariant I6: a connector never has two runs under way.
create unique index runs_under_way on runs (connector_id) where state in ('queued', 'running');
-- Observations of one account never overlap, whichever connectors make them: so the later one is always the newer one,
-- and what it did not see is gone.
create unique index runs_one_per_account on runs (partition, account_id) where state = 'running';
create index runs_connector on runs (connector_id, id desc);

-- One row per scope of a run; the plan is written before the first call, so a resumed run knows what is left.
create table run_scopes (
  run_id uuid not null references runs on delete cascade,
  region text not null,
  asset_type text not null,
  -- null while the scope is not finished
  outcome text check (outcome in ('complete', 'denied', 'throttled', 'region-disabled', 'not-applicable', 'timed-out', 'failed')),
  fault jsonb,
  items integer not null default 0,
  pages integer not null default 0,
  added integer not null default 0,
  changed integer not null default 0,
  gone integer not null default 0,
  started_at timestamptz,
  finished_at timestamptz,
  primary key (run_id, region, asset_type)
);

-- The ledger: what is known now about each scope of a connector, whichever run found it. A row is made with the first
-- plan that has the scope, before any asset of it is written.
create table scopes (
  connector_id uuid not null references connectors on delete cascade,
  region text not null,
  asset_type text not null,
  -- The account that was observed: a connector can be pointed at another role, and its old assets must still be found.
  partition text not null,
  account_id text not null,
  -- These four are null until the scope has been finished once.
  last_outcome text,
  last_fault jsonb,
  last_run_id uuid,
  last_finished_at timestamptz,
  -- When the last complete observation began and ended; the end is "last seen" of every asset that it saw.
  complete_began_at timestamptz,
  complete_at timestamptz,
  items integer not null default 0,
  -- The connector's asset tags as they were last put on the scope's assets.
  asset_tags jsonb not null default '{}',
  primary key (connector_id, region, asset_type)
);

-- — assets —

create table assets (
  id uuid primary key,
  -- Invariant I7: these five are the asset's identity.
  partition text not null,
  account_id text not null,
  region text not null,
  asset_type text not null,
  native_id text not null,
  arn text,
  name text,
  state text,
  tags jsonb not null,
  -- Tags that connectors put on what they discover; apart, so that AWS's own are never overwritten.
  connector_tags jsonb not null default '{}',
  attributes jsonb not null,
  -- Lower-case text that free-text search looks in.
  search text not null,
  -- First 16 bytes of the SHA-256 of the item's canonical form: equal means nothing to write.
  content_hash bytea not null,
  -- Numbers of the connectors that see it; empty when every one of them was deleted (detached).
  seen_by integer[] not null,
  first_seen_at timestamptz not null,
  -- When it was last written or found gone; for a live asset the ledger may know a later sighting.
  last_seen_at timestamptz not null,
  changed_at timestamptz not null,
  gone_at timestamptz,
  unique (partition, account_id, region, asset_type, native_id)
);
create index assets_type_name on assets (asset_type, name, id);
create index assets_tags on assets using gin (tags jsonb_path_ops);
create index assets_search on assets using gin (search gin_trgm_ops);

create table asset_history (
  asset_id uuid not null references assets on delete cascade,
  seq bigint generated always as identity,
  at timestamptz not null,
  run_id uuid,
  event text not null check (event in ('appeared', 'changed', 'gone', 'returned', 'detached')),
  -- [{"path": "state", "before": …, "after": …}]
  changes jsonb not null,
  primary key (asset_id, seq)
);
