-- The hash of the bytes that AWS wrote an asset in: what has the same bytes again need not be read (docs/adr/0015). Null where
-- the source of a type has no bytes of single resources.
alter table assets add column raw_hash bytea;

-- By which version of its reader the connector's last complete observation was read: what an older one made of the same bytes
-- may be something else.
alter table scopes add column read_with text;

-- What is compared by its bytes needs no hash of its content.
alter table assets alter column content_hash drop not null;
