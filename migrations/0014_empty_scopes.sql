-- Scopes that are proved empty are observed less often, and every run can be foretold from the ledger.
alter table scopes
  -- Complete observations in a row that saw nothing.
  add column empty_proofs smallint not null default 0,
  -- When a complete observation saw something after one that had not.
  add column alive_at timestamptz,
  -- {"lambda:ListTags": 12, ...}: tries of the last observation by operation; null when all were of the listing.
  add column last_operations jsonb;
alter table runs
  -- {"scopes", "calls", "provedSince"} of what was left out of the plan; null when nothing was.
  add column skipped jsonb;
-- How many runs were planned, so that each leaves out others.
alter table connectors add column plans int not null default 0;
