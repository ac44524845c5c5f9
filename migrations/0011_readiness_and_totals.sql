-- What the whole ledger says, counted now and then and kept as one row: neither the page of the estate nor a scrape of
-- the metrics reads millions of scopes.
create table estate_readiness (
  only_row boolean primary key default true check (only_row),
  taken_at timestamptz not null,
  took_ms integer not null,
  cells jsonb not null,
  causes jsonb not null
);

-- Counters of what processes did, added up over all of them and over their restarts.
create table metric_totals (
  metric text not null,
  labels jsonb not null,
  value double precision not null,
  primary key (metric, labels)
);

-- Runs of a partition in a state, newest first. Not by connector: that index is there already.
create index runs_state on runs (partition, state, id desc);
