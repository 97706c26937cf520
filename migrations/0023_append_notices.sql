-- What an append tells names the types of its events beside the new head.

-- Appends one batch behind `known`, or writes nothing and says why.
--   status 0: appended; head is the new head.
--   status 1: the head is not `known`; head is where it is.
--   status 2: some keys are known already; known_keys holds their indexes (from 1).
-- A batch that writes nothing only compares the head: a refusal that leaves no trace needs no lock and no fsync.
-- VOLATILE and READ COMMITTED are essential: each statement below sees what was committed while it waited for the lock.
create or replace function log.append(
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
    -- With the types, so that whoever waits for others need not look.
    perform pg_notify('log', head || ' ' || (select string_agg(distinct t, ',') from unnest(types) as t));
    update log.log_head set position = head;
  end if;
  status := 0;
end $$;
