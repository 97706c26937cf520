-- The embedded schema registry: schemas by id, the versions of each subject, levels and modes.

create schema registry;

-- One row: its lock serialises writes, so that two processes that register the same schema get one id, and two that
-- register different ones get different versions. Ids are never used twice.
create table registry.head (
  singleton boolean primary key default true check (singleton),
  last_id integer not null
) with (fillfactor = 10);
insert into registry.head (last_id) values (0);

-- For ever: bytes that name an id stay readable, whatever becomes of the subjects that had it.
create table registry.schemas (
  id integer primary key,
  -- SHA-256 of the text and what it refers to. Not unique: an import may bring the same schema under two ids.
  fingerprint bytea not null,
  text text not null
);
create index schemas_by_fingerprint on registry.schemas (fingerprint, id);

-- The types of other schemas that a schema uses.
create table registry.schema_references (
  schema_id integer not null references registry.schemas (id),
  place smallint not null,
  name text not null,
  subject text collate "C" not null,
  version integer not null,
  target_id integer not null references registry.schemas (id),
  primary key (schema_id, place)
);
create index schema_references_by_target on registry.schema_references (subject, version);

create table registry.versions (
  subject text collate "C" not null,
  version integer not null check (version > 0),
  schema_id integer not null references registry.schemas (id),
  deleted boolean not null default false,
  primary key (subject, version)
);
create index versions_by_schema on registry.versions (schema_id);

-- Levels and modes; null: those of all subjects. The row of all subjects has the subject ''.
create table registry.settings (
  subject text collate "C" primary key,
  level text check (level in ('NONE', 'BACKWARD', 'BACKWARD_TRANSITIVE', 'FORWARD', 'FORWARD_TRANSITIVE', 'FULL', 'FULL_TRANSITIVE')),
  mode text check (mode in ('READWRITE', 'READONLY', 'READONLY_OVERRIDE', 'IMPORT'))
);
