-- What is too long for a row is kept beside it as it is: compressing it took more time than anything else about a new asset.
-- Attributes stored before stay compressed until they change.
alter table assets alter attributes set storage external;

-- In which run an asset appeared. With its `first_seen_at` that is all that a row of history said; those of assets that
-- appeared before this migration stay, and have null here.
alter table assets add column appeared_in uuid;

-- The history as it is read.
create view asset_events as
select asset_id, seq, at, run_id, event, changes from asset_history
union all
select id, 0, first_seen_at, appeared_in, 'appeared', '[]'::jsonb from assets where appeared_in is not null;
