-- A run keeps its scopes in itself instead of as rows of their own. While it is under way its plan says which scopes it
-- has, and the ledger which of them it has finished; when it ends they are folded into one value.
alter table scopes
  add column last_began_at timestamptz,
  add column last_items int not null default 0,
  add column last_pages int not null default 0,
  add column last_added int not null default 0,
  add column last_changed int not null default 0,
  add column last_gone int not null default 0,
  add column last_calls int not null default 0,
  add column last_throttled int not null default 0;
-- Every run updates every row, and no index has a column of those that change: with room on its page a new version
-- needs no new index entry, and is tidied up without a vacuum.
alter table scopes set (fillfactor = 60);

alter table runs
  -- [{"regions": [...], "assetTypes": [...]}, ...]: every region of an entry with every type of it.
  add column plan jsonb,
  -- [[region, type, outcome, fault, items, pages, added, changed, gone, calls, throttled, began, ended], ...]; the last
  -- two in milliseconds since started_at. Null until the run ends.
  add column scopes jsonb,
  add column scopes_planned int not null default 0,
  add column scopes_finished int not null default 0,
  add column scopes_complete int not null default 0,
  add column items int not null default 0,
  add column pages int not null default 0,
  add column added int not null default 0,
  add column changed int not null default 0,
  add column gone int not null default 0,
  add column calls int not null default 0,
  add column throttled int not null default 0;
alter table runs set (fillfactor = 80);

update scopes s set last_began_at = o.started_at, last_items = o.items, last_pages = o.pages, last_added = o.added,
  last_changed = o.changed, last_gone = o.gone
from run_scopes o
where o.run_id = s.last_run_id and o.region = s.region and o.asset_type = s.asset_type;

update runs r set plan = p.plan
from (
  select run_id, jsonb_agg(jsonb_build_object('regions', jsonb_build_array(region), 'assetTypes', asset_types)) as plan
  from (
    select o.run_id, o.region, jsonb_agg(o.asset_type order by o.asset_type) as asset_types
    from run_scopes o join runs u on u.id = o.run_id where u.state in ('queued', 'running') group by 1, 2
  ) g group by run_id
) p
where r.id = p.run_id;

update runs r set scopes = case when r.state not in ('queued', 'running') then o.scopes end,
  scopes_planned = o.planned, scopes_finished = o.finished, scopes_complete = o.complete, items = o.items, pages = o.pages,
  added = o.added, changed = o.changed, gone = o.gone
from (
  select x.run_id, count(*) as planned, count(x.outcome) as finished,
    count(*) filter (where x.outcome = 'complete') as complete, sum(x.items) as items, sum(x.pages) as pages,
    sum(x.added) as added, sum(x.changed) as changed, sum(x.gone) as gone,
    jsonb_agg(jsonb_build_array(x.region, x.asset_type, x.outcome, x.fault, x.items, x.pages, x.added, x.changed, x.gone, 0, 0,
      round(extract(epoch from x.started_at - u.started_at) * 1000),
      round(extract(epoch from x.finished_at - u.started_at) * 1000)) order by x.region, x.asset_type) as scopes
  from run_scopes x join runs u on u.id = x.run_id group by x.run_id
) o
where o.run_id = r.id;
update runs set scopes = '[]' where scopes is null and state not in ('queued', 'running');

drop table run_scopes;
