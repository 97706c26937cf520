-- What customers do, apart from the log of orders: never a row an event, and personal data that goes after days.
create schema behaviour;

-- One row a partition: where the next record goes, and what the reader of the partition knows.
create table behaviour.partitions (
  partition smallint primary key,
  -- Of the next record that is appended here.
  next_offset bigint not null default 0,
  -- Of the next record that is to be folded into `state`.
  folded_to bigint not null default 0,
  -- How often it was saved: a reader saves only on what it has read.
  saves bigint not null default 0,
  newest timestamptz,
  open integer not null default 0,
  -- JSON in lz4; null: no session is open.
  state bytea
);
alter table behaviour.partitions alter column state set storage external;
insert into behaviour.partitions (partition) select generate_series(0, 5);

-- Packed records (insights/behaviour/chunk.ts), in tables of an hour that are dropped whole.
create table behaviour.chunks (
  stored_at timestamptz not null,
  partition smallint not null,
  first_offset bigint not null,
  events integer not null,
  data bytea not null
) partition by range (stored_at);
-- Compressed before it comes here.
alter table behaviour.chunks alter column data set storage external;
create index chunks_by_offset on behaviour.chunks (partition, first_offset);

-- Appends a chunk to each of some partitions, and gives their first offsets. The partitions come in ascending order, so that
-- two who append never wait for each other in a ring.
create function behaviour.append(of_partition smallint[], of_events integer[], of_data bytea[]) returns bigint[]
language plpgsql as $$
declare
  first bigint;
  firsts bigint[] := '{}';
begin
  for i in 1 .. cardinality(of_partition) loop
    update behaviour.partitions set next_offset = next_offset + of_events[i]
      where partition = of_partition[i] returning next_offset - of_events[i] into strict first;
    insert into behaviour.chunks (stored_at, partition, first_offset, events, data)
      values (clock_timestamp(), of_partition[i], first, of_events[i], of_data[i]);
    firsts := firsts || first;
  end loop;
  perform pg_notify('behaviour', '');
  return firsts;
end
$$;

-- Sums of all partitions, written with the state that they were counted beside.
create table behaviour.totals (name text collate "C" primary key, total bigint not null);
create table behaviour.funnel (
  -- UTC day on which the sessions began.
  day date not null,
  -- 'sessions', a stage, or 'strict ' and a stage.
  name text collate "C" not null,
  sessions bigint not null,
  primary key (day, name)
);
create table behaviour.minutes (
  minute timestamptz not null,
  type text collate "C" not null,
  events bigint not null,
  primary key (minute, type)
);
create table behaviour.products (
  sku text collate "C" primary key,
  views bigint not null,
  carts bigint not null
);
create index products_by_views on behaviour.products (views desc, sku);
create table behaviour.pairs (
  -- First day of four weeks.
  epoch date not null,
  sku text collate "C" not null,
  -- Behind `sku` in the order of names.
  other text collate "C" not null,
  sessions bigint not null,
  primary key (sku, other, epoch)
);
create index pairs_by_other on behaviour.pairs (other);
create index pairs_by_epoch on behaviour.pairs (epoch);
-- How many closed sessions had so much of a measure ('seconds', 'events'): exact medians.
create table behaviour.lengths (
  measure text collate "C" not null,
  value integer not null,
  sessions bigint not null,
  primary key (measure, value)
);

-- Events that were not taken: the newest 10,000, of 7 days. They hold up nothing, and nobody tries them again.
create table behaviour.letters (
  id bigint generated always as identity primary key,
  -- Null: it came over HTTP.
  partition smallint,
  record_offset bigint,
  code text collate "C" not null,
  message text not null,
  size integer not null,
  value bytea not null,
  parked_at timestamptz not null
);
