-- Failed sign-ins of the current minute, shared by all API processes. Unlogged: a crash may forget them.
create unlogged table sign_in_tries (
  -- SHA-256 of what is counted (address, user name, or both): people type passwords into the name field.
  bucket bytea primary key,
  tries integer not null,
  window_ends_at timestamptz not null
);
create index sign_in_tries_window on sign_in_tries (window_ends_at);
