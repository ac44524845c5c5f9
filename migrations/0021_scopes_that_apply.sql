-- Of a run's scopes, those that do not apply, so that a run counts its scopes as its connector does: without them. At once
-- on a table of any size. Runs that ended before keep their counts, because each would have to be read whole.
alter table runs add column scopes_not_applicable int not null default 0;
