-- The event log: what happened, in one dense order, and what is needed to append to it and to follow it.

create schema log;

create table log.events (
  position bigint primary key,
  stream text collate "C" not null,
  version integer not null,
  type text collate "C" not null,
  schema_version smallint not null,
  data bytea not null,
  id uuid not null,
  command_id uuid not null,
  correlation_id uuid not null,
  causation_id uuid,
  recorded_at timestamptz not null,
  unique (stream, version)
);

create function log.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'log.events is append-only: % refused', tg_op using errcode = 'OL001';
end $$;

create trigger events_are_immutable before update or delete or truncate on log.events
  for each statement execute function log.refuse_change();
alter table log.events enable always trigger events_are_immutable;

-- One row: its lock serialises appends, which is what makes positions dense and commit order = position order.
-- fillfactor 10 leaves room on the page, so that every update stays a HOT one.
create table log.log_head (
  singleton boolean primary key default true check (singleton),
  position bigint not null
) with (fillfactor = 10);
insert into log.log_head (position) values (0);

-- Answers of commands that came with a key: asked again, they are given again.
create table log.commands (
  source text collate "C" not null,
  key text collate "C" not null,
  fingerprint bytea not null,
  status smallint not null,
  headers text not null,
  body text not null,
  position bigint not null,
  recorded_at timestamptz not null,
  primary key (source, key)
);
create index commands_recorded_at on log.commands using brin (recorded_at);

create table log.snapshots (
  stream text collate "C" not null,
  fold integer not null,
  version integer not null,
  state jsonb not null,
  primary key (stream, fold)
);

create table log.checkpoints (
  reader text primary key,
  position bigint not null,
  recorded_at timestamptz
);

create table log.leases (
  name text primary key,
  owner text not null,
  expires_at timestamptz not null
);

-- Appends one batch behind `known`, or writes nothing and says why.
--   status 0: appended; head is the new head.
--   status 1: the head is not `known`; head is where it is.
--   status 2: some keys are known already; known_keys holds their indexes (from 1).
-- A batch that writes nothing only compares the head: a refusal that leaves no trace needs no lock and no fsync.
-- VOLATILE and READ COMMITTED are essential: each statement below sees what was committed while it waited for the lock.
create function log.append(
  known bigint,
  streams text[], versions integer[], types text[], schema_versions smallint[], datas bytea[],
  ids uuid[], command_ids uuid[], correlation_ids uuid[], causation_ids uuid[],
  key_sources text[], keys text[], fingerprints bytea[], statuses smallint[], headers text[], bodies text[], offsets integer[],
  out status integer, out head bigint, out known_keys integer[]
) language plpgsql volatile as $$
declare
  at constant timestamptz := date_trunc('milliseconds', clock_timestamp());
begin
  if cardinality(ids) = 0 and cardinality(keys) = 0 then
    select h.position into head from log.log_head h;
    status := case when head = known then 0 else 1 end;
    return;
  end if;

  select h.position into head from log.log_head h for update;
  if head <> known then
    status := 1;
    return;
  end if;

  if cardinality(keys) > 0 then
    select array_agg(k.index::integer) into known_keys
      from unnest(key_sources, keys) with ordinality as k(source, key, index)
      where exists (select from log.commands c where c.source = k.source and c.key = k.key);
    if known_keys is not null then
      status := 2;
      return;
    end if;
    insert into log.commands (source, key, fingerprint, status, headers, body, position, recorded_at)
      select k.source, k.key, k.fingerprint, k.status, k.headers, k.body, known + k.index, at
      from unnest(key_sources, keys, fingerprints, statuses, headers, bodies, offsets)
        as k(source, key, fingerprint, status, headers, body, index);
  end if;

  if cardinality(ids) > 0 then
    insert into log.events (position, stream, version, type, schema_version, data, id, command_id, correlation_id, causation_id, recorded_at)
      select known + e.index, e.stream, e.version, e.type, e.schema_version, e.data, e.id, e.command_id, e.correlation_id, e.causation_id, at
      from unnest(streams, versions, types, schema_versions, datas, ids, command_ids, correlation_ids, causation_ids)
        with ordinality as e(stream, version, type, schema_version, data, id, command_id, correlation_id, causation_id, index)
      order by e.index;
    head := known + cardinality(ids);
    perform pg_notify('log', head::text);
    update log.log_head set position = head;
  end if;
  status := 0;
end $$;

-- Takes the head's lock (held until the transaction ends) and returns the head with what was written after `known`.
-- More than `most` events behind: the head alone, as one row without an event.
create function log.lock_tail(known bigint, most integer)
returns table (head bigint, "position" bigint, stream text, version integer, type text, schema_version smallint, data bytea)
language plpgsql volatile as $$
begin
  select h.position into head from log.log_head h for update;
  if head - known between 1 and most then
    return query select lock_tail.head, e.position, e.stream, e.version, e.type, e.schema_version, e.data
      from log.events e where e.position > known order by e.position;
  else
    return next;
  end if;
end $$;
