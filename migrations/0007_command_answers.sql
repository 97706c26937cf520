-- A command's key is kept with one text that only the door it came by can read, and with what checks it against the log.
-- Keys kept until now are dropped: asked again under one of them, a command is a new one.

drop function log.append(bigint, text[], integer[], text[], smallint[], bytea[], uuid[], uuid[], uuid[], uuid[],
  text[], text[], bytea[], smallint[], text[], text[], integer[]);
drop table log.commands;

create table log.commands (
  -- Begins with the door: a text is read by the one that wrote it.
  source text collate "C" not null,
  key text collate "C" not null,
  fingerprint bytea not null,
  answer text,
  command_id uuid not null,
  -- How many the command wrote: they stand up to and including the position.
  events integer not null,
  position bigint not null,
  recorded_at timestamptz not null,
  primary key (source, key)
);
create index commands_recorded_at on log.commands using brin (recorded_at);

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
  key_sources text[], keys text[], fingerprints bytea[], answers text[], key_commands uuid[], key_events integer[], offsets integer[],
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
    insert into log.commands (source, key, fingerprint, answer, command_id, events, position, recorded_at)
      select k.source, k.key, k.fingerprint, k.answer, k.command_id, k.events, known + k.index, at
      from unnest(key_sources, keys, fingerprints, answers, key_commands, key_events, offsets)
        as k(source, key, fingerprint, answer, command_id, events, index);
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
