-- Attributes as the text that AWS's answer was transcribed to. As `jsonb` each was taken apart when it was stored, a fifth of what a
-- new asset cost, and hardly any is ever looked into. Rewrites the table and makes its indexes anew, two minutes per million
-- assets, in which nobody reads or writes any.
alter table assets alter attributes type json using attributes::text::json, alter attributes set storage external;

-- What searches compare and no text tells, by where it is in the attributes, such as {"launchTime": "2026-..."}; several
-- values as a list. What a property is that is not here has to be looked up in the attributes.
alter table assets add column compared jsonb not null default '{}';
