-- Which scopes a running run is at: [{"region", "assetType", "items"}, ...]. Stays as it was when the run ends, and then
-- says nothing.
alter table runs add column under_way jsonb not null default '[]';
