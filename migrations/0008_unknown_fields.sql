-- What could not be read when an asset was seen last: names of attributes, `tags`, or `*`, each with its fault. What was
-- known of them before stays where it is.
alter table assets add column unknown jsonb not null default '{}'::jsonb;
