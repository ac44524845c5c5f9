-- Apart from the new column, which nobody gets past while it is added: so only writes wait while the index is made, for as
-- long as it takes to read the table.
create index assets_shared_facts on assets using gin (shared_facts) with (gin_pending_list_limit = 256)
  where shared_facts is not null;
