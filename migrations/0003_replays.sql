-- Replays: a further generation of a projection's tables, built from the log beside the live one.

alter table views.projections
  -- Numbers of generations are never used twice: prepared statements are named by them.
  add column last_generation integer,
  -- Written by the projector together with the live one, batch by batch in the same transaction.
  add column riding_generation integer;
update views.projections set last_generation = live_generation;
alter table views.projections alter column last_generation set not null;

create table views.replays (
  id uuid primary key,
  projection text not null references views.projections (name),
  generation integer not null,
  version integer not null,
  state text not null check (state in ('running', 'paused', 'comparing', 'switched', 'checked', 'refused', 'failed', 'cancelled')),
  -- Compare and drop, never switch.
  check_only boolean not null,
  accept_differences boolean not null,
  -- Follows the log until a release of its version takes it over.
  ahead boolean not null,
  -- Events a second at most.
  rate integer check (rate > 0),
  position bigint not null default 0,
  target bigint not null default 0,
  rows bigint not null default 0,
  events_per_second integer not null default 0,
  differences jsonb,
  failure jsonb,
  started_at timestamptz not null default clock_timestamp(),
  finished_at timestamptz
);

-- At most one unfinished replay of a projection, over any number of processes.
create unique index replays_unfinished on views.replays (projection) where finished_at is null;
create index replays_newest on views.replays (started_at desc);
create index replays_of_projection on views.replays (projection, finished_at desc);
