-- What free text finds an asset by and many assets have, such as the id of their VPC: once in a table, and in the asset only
-- that it has it. null: it has none; assets from before have theirs in their text.
alter table assets add column shared_facts text[] collate "C";

-- In lower case and without line ends, as in the assets.
create table shared_facts (fact text collate "C" primary key);
create index shared_facts_search on shared_facts using gin (fact gin_trgm_ops);

-- Facts that no asset has any more are looked for in their order; up to `after_fact` they were looked at in this pass.
alter table retention add column after_fact text not null default '',
  drop constraint retention_kind_check,
  add constraint retention_kind_check check (kind in ('runs', 'history', 'facts'));
insert into retention (kind, due_at) values ('facts', 'epoch');
