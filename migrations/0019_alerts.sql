-- Products that keep selling out are brought to somebody's notice, and so is what reactors cannot do.

-- What a reactor counts by name in a window of time, written together with its checkpoint.
create table log.tallies (
  reactor text collate "C" not null,
  -- Where the window begins.
  window_at timestamptz not null,
  name text collate "C" not null,
  times bigint not null,
  units bigint not null,
  -- The reactor has acted on it, or is to.
  passed boolean not null,
  primary key (reactor, window_at, name)
);

alter table log.reactors
  -- The log of which log.tallies holds the present window; null: of none yet.
  add column tallied_in uuid,
  -- What operators were mailed about it ({failed, outage, parked}, each with when); null: nothing.
  add column told jsonb;

-- Messages that wait, the newest first: in an outage there may be millions.
create index due_messages on log.due (position, part) where reactor = 'mail';

-- What lay before an upgrade is counted, and brought to nobody's notice: the reactor begins at the head that it finds.
insert into log.checkpoints (reader, position) select 'reactor stock-outs', position from log.log_head;
