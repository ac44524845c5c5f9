-- The end of the audit log: the one row that writers queue at, so that entries of any number of processes form one chain,
-- and what shows that entries were cut off the end.
create table audit_head (
  only_row boolean primary key default true check (only_row),
  seq bigint not null,
  hash bytea not null
);
insert into audit_head (seq, hash) values (0, decode(repeat('00', 32), 'hex'));
