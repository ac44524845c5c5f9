-- Whether a role let a hub in when it was tried last. One row for each hub that was ever tried for a connector, so that
-- it is known who can go back where; a change of the role or external ID deletes them.
create table hub_evidence (
  connector_id uuid not null references connectors (id) on delete cascade,
  hub_kind text not null check (hub_kind in ('base-account', 'platform-account')),
  hub_account_id text not null,
  outcome text not null check (outcome in ('accepted', 'refused', 'unknown')),
  -- Why it was not accepted.
  fault jsonb check ((fault is null) = (outcome = 'accepted')),
  at timestamptz not null,
  primary key (connector_id, hub_kind, hub_account_id)
);

insert into hub_evidence (connector_id, hub_kind, hub_account_id, outcome, fault, at)
select c.id, 'base-account', i.account_id,
  case when c.target_fault ->> 'code' in ('role-not-assumable', 'hub-denied-assume-role') then 'refused' else 'unknown' end,
  c.target_fault, c.target_tried_at
from connectors c
join base_accounts b on b.account_type = c.account_type
join base_identities i on i.base_account_id = b.id and i.active
where c.target_fault is not null and c.target_tried_at is not null;

-- The hub before the current one, to which a connector may go back for some days; and what its role's trust policy was
-- when it could be read (as IAM gave it: text, because jsonb does not keep the order).
alter table connectors
  drop column target_fault,
  drop column target_tried_at,
  add column earlier_hub_kind text check (earlier_hub_kind in ('base-account', 'platform-account')),
  add column earlier_hub_account_id text,
  add column earlier_identity_id uuid references base_identities (id) on delete set null,
  add column trust_policy text,
  add column trust_policy_fault jsonb,
  add column trust_policy_read_at timestamptz,
  add check ((earlier_hub_kind is null) = (earlier_hub_account_id is null));
create index connectors_earlier_identity on connectors (earlier_identity_id);

-- active: connectors are to be reached through it; candidate: being proved, not used yet; retired: only for connectors
-- that have not moved away from it, or have moved lately. Kinds without a stored secret have none.
alter table base_identities
  add column state text not null default 'active' check (state in ('candidate', 'active', 'retired')),
  add column retired_at timestamptz,
  add column role_arn text,
  add column token_file text,
  drop constraint base_identities_kind_check,
  add check (kind in ('access-key', 'instance-profile', 'container-role', 'web-identity')),
  alter column access_key_id drop not null,
  alter column sealed_secret drop not null,
  add check ((kind = 'access-key') = (access_key_id is not null) and (kind = 'access-key') = (sealed_secret is not null)),
  add check ((kind = 'web-identity') = (role_arn is not null) and (kind = 'web-identity') = (token_file is not null));
update base_identities set state = 'retired', retired_at = now() where not active;
drop index base_identities_active;
alter table base_identities drop column active, alter column state drop default;
create unique index base_identities_active on base_identities (base_account_id) where state = 'active';
