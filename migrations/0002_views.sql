-- The read models: which projections there are, which generation of their tables is live, and how far each got.
-- The tables themselves belong to the projections, which create them (`views.<table>_g<generation>`).

create schema views;

create table views.projections (
  name text primary key,
  version integer not null,
  live_generation integer not null,
  paused boolean not null default false,
  failure jsonb
);

create table views.checkpoints (
  projection text not null references views.projections (name),
  generation integer not null,
  version integer not null,
  position bigint not null,
  recorded_at timestamptz,
  row_counts jsonb not null default '{}',
  primary key (projection, generation)
) with (fillfactor = 10);
