-- A check of every connector of an account type. One of a type is under way at a time; whose fence it is may write.
create table rechecks (
  id uuid primary key,
  account_type text not null,
  state text not null check (state in ('running', 'done', 'cancelled')),
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
  started_at timestamptz not null,
  finished_at timestamptz,
  check ((state = 'running') = (finished_at is null))
);
create unique index rechecks_under_way on rechecks (account_type) where state = 'running';
create index rechecks_latest on rechecks (account_type, started_at desc, id desc);

-- Connectors that a re-check under way is through with; it goes on with the others when its worker was killed.
create table recheck_done (
  recheck_id uuid not null references rechecks (id) on delete cascade,
  connector_id uuid not null,
  primary key (recheck_id, connector_id)
);
