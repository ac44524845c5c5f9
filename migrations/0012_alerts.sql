-- Where alerts are told. What is secret of a channel is sealed. Whoever has the fence may deliver until `held_until`;
-- after a failure nothing is tried before `next_try_at`.
create table alert_channels (
  id uuid primary key,
  name text not null,
  kind text not null check (kind in ('webhook', 'email')),
  settings jsonb not null,
  sealed_secret jsonb,
  enabled boolean not null,
  after_intervals integer not null check (after_intervals > 0),
  remind_hours integer not null check (remind_hours > 0),
  fence integer not null default 0,
  held_until timestamptz,
  failures integer not null default 0,
  next_try_at timestamptz,
  last_fault jsonb,
  last_sent_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

-- One for each cause why connectors are not complete; open until nobody has failed for it for a while.
create table alerts (
  id uuid primary key,
  cause_key text not null,
  cause jsonb not null,
  fault jsonb not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  resolved_at timestamptz,
  occurrences integer not null default 1,
  connectors integer not null default 0,
  connectors_most integer not null default 0,
  recovered integer not null default 0,
  disabled integer not null default 0,
  otherwise integer not null default 0
);
create unique index alerts_open on alerts (cause_key) where resolved_at is null;
create index alerts_resolved on alerts (cause_key, resolved_at) where resolved_at is not null;

-- Connectors that fail for the cause of an alert, and the run that told so; `left_at`: since when they fail for another.
create table alert_connectors (
  alert_id uuid not null references alerts (id) on delete cascade,
  connector_id uuid not null references connectors (id) on delete cascade,
  run_id uuid,
  scopes integer not null,
  regions integer not null,
  joined_at timestamptz not null,
  left_at timestamptz,
  primary key (alert_id, connector_id)
);
create index alert_connectors_connector on alert_connectors (connector_id);

-- What a channel was told of an alert last.
create table alert_notices (
  alert_id uuid not null references alerts (id) on delete cascade,
  channel_id uuid not null references alert_channels (id) on delete cascade,
  told text not null check (told in ('open', 'resolved')),
  told_at timestamptz not null,
  opened_at timestamptz not null,
  connectors integer not null,
  sequence integer not null,
  primary key (alert_id, channel_id)
);
create index alert_notices_channel on alert_notices (channel_id);

-- Messages on their way. A message that was not sent yet makes room for a newer one of the same alert.
create table alert_deliveries (
  id uuid primary key,
  channel_id uuid not null references alert_channels (id) on delete cascade,
  alert_id uuid not null references alerts (id) on delete cascade,
  event text not null check (event in ('opened', 'updated', 'reminder', 'resolved')),
  message jsonb not null,
  state text not null check (state in ('pending', 'sent', 'failed', 'replaced')),
  tries integer not null default 0,
  fault jsonb,
  created_at timestamptz not null,
  finished_at timestamptz,
  check ((state = 'pending') = (finished_at is null))
);
create index alert_deliveries_pending on alert_deliveries (channel_id, tries, id) where state = 'pending';
create index alert_deliveries_channel on alert_deliveries (channel_id, id desc);
create index alert_deliveries_alert on alert_deliveries (alert_id);

-- One process at a time looks for alerts, and not more often than needed.
create table alert_evaluations (
  only_row boolean primary key default true check (only_row),
  evaluated_at timestamptz not null
);
insert into alert_evaluations (evaluated_at) values ('epoch');
