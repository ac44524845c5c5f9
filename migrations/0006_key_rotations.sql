-- Replacements of a base account's access key by Causeway itself. Each step is written before the next is begun, so that
-- any worker can go on after any other; `fence` rises with each claim, and shuts out whoever had it before.
create table key_rotations (
  id uuid primary key,
  base_account_id uuid not null references base_accounts on delete cascade,
  -- blocked: it waits for somebody to decide or to mend something.
  state text not null check (state in ('running', 'blocked', 'done', 'abandoned')),
  step text not null check (step in ('look', 'create', 'prove', 'switch', 'deactivate', 'delete')),
  -- What it is carried on for.
  aim text not null check (aim in ('rotate', 'abandon')),
  -- When the step was begun, or tried again by somebody.
  step_since timestamptz not null,
  old_key_id text not null,
  -- Whose keys they are, as AWS said; null until the first look.
  user_arn text,
  -- When AWS was asked for a key, while its answer is not known: AWS may hold a key whose secret nobody has.
  create_asked_at timestamptz,
  new_key_id text,
  -- Checked at the end of the transaction: whether the rotation may be written is known before its identity is.
  new_identity_id uuid references base_identities on delete set null deferrable initially deferred,
  -- A second key that this rotation does not know, and the one that somebody told it to delete.
  unknown_key_id text,
  doomed_key_id text,
  fault jsonb,
  fence integer not null,
  job_id uuid not null,
  requested_by text not null,
  started_at timestamptz not null,
  updated_at timestamptz not null,
  finished_at timestamptz,
  check ((finished_at is not null) = (state in ('done', 'abandoned')))
);
create unique index key_rotations_under_way on key_rotations (base_account_id) where state in ('running', 'blocked');
create index key_rotations_base_account on key_rotations (base_account_id, started_at);
create index key_rotations_new_identity on key_rotations (new_identity_id);
