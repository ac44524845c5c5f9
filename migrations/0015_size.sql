-- Runs under way write several of these tables, in this order: taken one by one as they are needed below, the locks would
-- meet theirs and one of the two would be broken off. So writes wait from here to the end of this migration, about two
-- minutes per 10 million assets and 10,000 connectors; reads go on.
lock table runs, connectors, assets, asset_history in share row exclusive mode;

-- What is deleted when it is old enough, and when its next batch is due; whoever locks the row does it. Of runs, those up
-- to `after_id` were looked at in this pass.
create table retention (
  kind text primary key check (kind in ('runs', 'history')),
  due_at timestamptz not null,
  after_id uuid not null default '00000000-0000-0000-0000-000000000000',
  deleted bigint not null default 0,
  passed_at timestamptz
);
insert into retention (kind, due_at) values ('runs', 'epoch'), ('history', 'epoch');

-- History is deleted oldest first. Building the index takes some ten seconds per 10 million rows.
create index asset_history_at on asset_history (at);

-- How far each connector's ledger was observed, added up when a run of it ends: a count over 10,000 connectors must not
-- read millions of scopes. While a run is under way the ledger itself is read; so is that of a connector without a row here.
create table ledger_totals (
  connector_id uuid primary key references connectors (id) on delete cascade,
  account_id text not null,
  -- Of what is applicable: how many scopes, those observed completely last, and the oldest complete observation.
  scopes int not null,
  complete int not null,
  oldest_complete_at timestamptz,
  -- {"AWS::EC2::Instance": {"scopes": 17, "complete": 16, "oldest": "..."}}
  by_type jsonb not null,
  -- {"us-east-1": {"scopes": 35, "complete": 35, "oldest": "..."}}
  by_region jsonb not null
);

create function add_up_ledger(added uuid) returns void language sql as $$
  delete from ledger_totals where connector_id = added;
  with ledger as (
    select * from scopes where connector_id = added
  ),
  applicable as (
    select region, asset_type, complete_at, last_outcome is not distinct from 'complete' as is_complete
    from ledger where last_outcome is distinct from 'not-applicable'
  ),
  types as (
    select asset_type as key, jsonb_build_object(
      'scopes', count(*), 'complete', count(*) filter (where is_complete), 'oldest', min(complete_at)) as value
    from applicable group by 1
  ),
  regions as (
    select region as key, jsonb_build_object(
      'scopes', count(*), 'complete', count(*) filter (where is_complete), 'oldest', min(complete_at)) as value
    from applicable group by 1
  )
  insert into ledger_totals
  select added, (select min(account_id) from ledger), count(*), count(*) filter (where is_complete), min(complete_at),
    (select coalesce(jsonb_object_agg(key, value), '{}') from types),
    (select coalesce(jsonb_object_agg(key, value), '{}') from regions)
  from applicable
  -- One whose ledger still has scopes of an earlier account is read scope by scope.
  having (select count(distinct account_id) from ledger) = 1;
$$;

-- Whoever ends a run, and however: the totals are never those of before it.
create function add_up_ledger_of_run() returns trigger language plpgsql as $$
begin
  perform add_up_ledger(new.connector_id);
  return null;
end
$$;
create trigger runs_add_up_ledger after update of state on runs for each row
  when (old.state = 'running' and new.state <> 'running') execute function add_up_ledger_of_run();

select add_up_ledger(id) from connectors;

-- What is not complete is listed with every answer, and is little. A scope that stays as it is costs neither index anything.
create index scopes_not_complete on scopes (connector_id, region, asset_type) where last_outcome is distinct from 'complete';
create index scopes_type_region on scopes (asset_type, region);

-- Live assets by all that lists are counted by, so that a count over everything does not read everything. Kept by
-- triggers in the transaction of each write, whoever writes. Two runs never write the same row: one account has one run
-- at a time, and its scopes differ in region or type.
create table asset_counts (
  partition text not null,
  account_id text not null,
  region text not null,
  asset_type text not null,
  state text,
  seen_by int[] not null,
  n bigint not null,
  -- Nearly all are seen by one connector, and numbers are looked up faster than lists of them.
  sole int generated always as (case when cardinality(seen_by) = 1 then seen_by[1] end) stored,
  unique nulls not distinct (account_id, asset_type, region, state, seen_by, partition)
) with (fillfactor = 80);
create index asset_counts_type on asset_counts (asset_type);
create index asset_counts_shared on asset_counts (account_id) where sole is null;

create function count_assets() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into asset_counts as c (partition, account_id, region, asset_type, state, seen_by, n)
    select partition, account_id, region, asset_type, state, seen_by, count(*) from came where gone_at is null group by 1, 2, 3, 4, 5, 6
    on conflict (account_id, asset_type, region, state, seen_by, partition) do update set n = c.n + excluded.n;
    return null;
  end if;
  if tg_op = 'UPDATE' then
    insert into asset_counts as c (partition, account_id, region, asset_type, state, seen_by, n)
    select partition, account_id, region, asset_type, state, seen_by, sum(change) from (
      select partition, account_id, region, asset_type, state, seen_by, 1 as change from came where gone_at is null
      union all
      select partition, account_id, region, asset_type, state, seen_by, -1 from went where gone_at is null
    ) changes group by 1, 2, 3, 4, 5, 6 having sum(change) <> 0
    on conflict (account_id, asset_type, region, state, seen_by, partition) do update set n = c.n + excluded.n;
  else
    insert into asset_counts as c (partition, account_id, region, asset_type, state, seen_by, n)
    select partition, account_id, region, asset_type, state, seen_by, -count(*) from went where gone_at is null group by 1, 2, 3, 4, 5, 6
    on conflict (account_id, asset_type, region, state, seen_by, partition) do update set n = c.n + excluded.n;
  end if;
  delete from asset_counts where n = 0 and (account_id, asset_type, region) in (
    select distinct account_id, asset_type, region from went
  );
  return null;
end
$$;

create trigger assets_count_came after insert on assets referencing new table as came
  for each statement execute function count_assets();
create trigger assets_count_changed after update on assets referencing old table as went new table as came
  for each statement execute function count_assets();
create trigger assets_count_went after delete on assets referencing old table as went
  for each statement execute function count_assets();
insert into asset_counts (partition, account_id, region, asset_type, state, seen_by, n)
select partition, account_id, region, asset_type, state, seen_by, count(*) from assets where gone_at is null group by 1, 2, 3, 4, 5, 6;
