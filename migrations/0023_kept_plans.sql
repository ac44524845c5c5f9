-- The ends of runs add up the ledger of their connector. As a function in SQL it was read and planned anew at each of
-- them, which took longer than what it does; in PL/pgSQL its plans are kept. Nothing is rewritten, whatever there is.
create or replace function add_up_ledger(added uuid) returns void language plpgsql as $$
begin
  delete from ledger_totals where connector_id = added;
  with ledger as (
    select * from scopes where connector_id = added
  ),
  applicable as (
    select region, asset_type, complete_at, last_outcome is not distinct from 'complete' as is_complete,
      -- As LIMITS.emptyProofsMin (src/domain/limits.ts) says.
      case when last_outcome = 'complete' and empty_proofs < 2 then complete_at end as found_at,
      case when last_outcome = 'complete' and empty_proofs >= 2 then complete_at end as empty_at
    from ledger where last_outcome is distinct from 'not-applicable'
  ),
  types as (
    select asset_type as key, jsonb_build_object(
      'scopes', count(*), 'complete', count(*) filter (where is_complete), 'oldest', min(complete_at),
      'oldestFound', min(found_at), 'oldestEmpty', min(empty_at)) as value
    from applicable group by 1
  ),
  regions as (
    select region as key, jsonb_build_object(
      'scopes', count(*), 'complete', count(*) filter (where is_complete), 'oldest', min(complete_at),
      'oldestFound', min(found_at), 'oldestEmpty', min(empty_at)) as value
    from applicable group by 1
  )
  insert into ledger_totals (connector_id, account_id, scopes, complete, oldest_complete_at, by_type, by_region,
    oldest_found_at, oldest_empty_at)
  select added, (select min(account_id) from ledger), count(*), count(*) filter (where is_complete), min(complete_at),
    (select coalesce(jsonb_object_agg(key, value), '{}') from types),
    (select coalesce(jsonb_object_agg(key, value), '{}') from regions), min(found_at), min(empty_at)
  from applicable
  -- One whose ledger still has scopes of an earlier account is read scope by scope.
  having (select count(distinct account_id) from ledger) = 1;
end
$$;
