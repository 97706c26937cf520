-- Reactors: what each has still to act upon. How far each has read the log stands in log.checkpoints ('reactor <name>').

create table log.reactors (
  name text primary key,
  -- Rows of log.due, counted as they come and go: to count millions takes seconds.
  due bigint not null default 0,
  -- Why it stands still ({code, message, position}); null: it does not.
  failure jsonb
) with (fillfactor = 10);

-- Filled from the log together with the checkpoint. A row goes when its command is settled, or when an event says that
-- nothing is left to do in its stream.
create table log.due (
  reactor text collate "C" not null,
  stream text collate "C" not null,
  -- Of the event that says so, and its id.
  position bigint not null,
  cause uuid not null,
  due_at timestamptz not null,
  -- Why its command cannot be settled ({code, message}): it is parked until somebody retries it; null: it is not.
  failure jsonb,
  primary key (reactor, stream, position)
);
create index due_next on log.due (reactor, due_at) where failure is null;
create index due_parked on log.due (reactor, stream, position) where failure is not null;
