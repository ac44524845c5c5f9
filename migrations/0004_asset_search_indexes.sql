-- Lists are sorted by name, unnamed assets last, and show live assets: these two answer a page of any depth from the index.
drop index assets_type_name;
create index assets_type_name on assets (asset_type, (name is null), name, id) where gone_at is null;
create index assets_name on assets ((name is null), name, id) where gone_at is null;
-- An id, or the beginning of one, is what people search for most; hexadecimal text has too few trigrams to tell ids apart.
create index assets_native_id on assets (lower(native_id) text_pattern_ops);
