-- What lives of a scope or an account is what each run begins with; what is gone stays in the table for ever and may be a
-- thousand times as much. Writes wait while this is built, about ten seconds per 10 million assets.
create index assets_live on assets (partition, account_id, region, asset_type) where gone_at is null;

-- With the types of the stored rows the view is read in the order of the history's key: a page of it, and not all of it.
create or replace view asset_events as
select asset_id, seq, at, run_id, event, changes from asset_history
union all
select id, 0::bigint, first_seen_at, appeared_in, 'appeared'::text, '[]'::jsonb from assets where appeared_in is not null;
