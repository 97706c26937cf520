-- With Kafka, user events come from a topic: what is read there is kept in the same chunks.

-- How far each partition of a topic was read. It moves in the transaction that keeps what was read.
create table behaviour.places (
  topic text collate "C" not null,
  partition integer not null,
  -- The last record that was kept or parked. Null: none yet; checksum alone null: the last one of a batch that could not be unpacked.
  record_offset bigint,
  record_timestamp bigint,
  record_checksum bigint,
  -- When nothing was left to read, by the last look of whoever reads it.
  ended_at timestamptz,
  primary key (topic, partition)
);

-- Moves the places of some partitions of a topic and keeps what was read on the way: of each partition both or neither. It
-- gives for each the first offset of its chunk, -1 where there is none, null where somebody else has moved its place.
-- The partitions come in the order of their chunks' partitions, so that two who append never wait for each other in a ring.
create function behaviour.append_read(
  of_topic text, of_partition integer[],
  from_offset bigint[], from_timestamp bigint[], from_checksum bigint[],
  to_offset bigint[], to_timestamp bigint[], to_checksum bigint[],
  chunk_partition smallint[], of_events integer[], of_data bytea[],
  letter_partition integer[], letter_offset bigint[], letter_code text[], letter_message text[],
  letter_size integer[], letter_value bytea[]) returns bigint[]
language plpgsql as $$
declare
  first bigint;
  firsts bigint[] := '{}';
  moved integer[] := '{}';
  kept boolean := false;
begin
  for i in 1 .. cardinality(of_partition) loop
    insert into behaviour.places (topic, partition) values (of_topic, of_partition[i]) on conflict do nothing;
    update behaviour.places
      set record_offset = to_offset[i], record_timestamp = to_timestamp[i], record_checksum = to_checksum[i]
      where topic = of_topic and partition = of_partition[i]
        and (record_offset, record_timestamp, record_checksum)
          is not distinct from (from_offset[i], from_timestamp[i], from_checksum[i]);
    if not found then
      firsts := firsts || null::bigint;
      continue;
    end if;
    moved := moved || of_partition[i];
    if of_events[i] = 0 then
      firsts := firsts || -1::bigint;
      continue;
    end if;
    update behaviour.partitions set next_offset = next_offset + of_events[i]
      where partition = chunk_partition[i] returning next_offset - of_events[i] into strict first;
    insert into behaviour.chunks (stored_at, partition, first_offset, events, data)
      values (clock_timestamp(), chunk_partition[i], first, of_events[i], of_data[i]);
    firsts := firsts || first;
    kept := true;
  end loop;
  insert into behaviour.letters (partition, record_offset, code, message, size, value, parked_at)
    select l.partition, l.record_offset, l.code, l.message, l.size, l.value, clock_timestamp()
    from unnest(letter_partition, letter_offset, letter_code, letter_message, letter_size, letter_value)
      with ordinality as l(partition, record_offset, code, message, size, value, index)
    where l.partition = any (moved) order by l.index;
  if kept then perform pg_notify('behaviour', ''); end if;
  return firsts;
end
$$;
