-- One schema has many spellings: fingerprints are of the text that all of them share, and those of earlier releases are
-- worked out anew when somebody looks for a schema.
alter table registry.schemas add column spelled boolean not null default false;
create index schemas_unspelled on registry.schemas (id) where not spelled;

-- An import could use up the ids. Those that the registry gives go on below what can be imported since.
update registry.head
set last_id = coalesce((select max(id) from registry.schemas where id <= 1000000000), 0)
where last_id > 1000000000;
