-- Orders that come in over Kafka: how far each partition was handled, and the records that could not be.

-- The truth about what was handled; what Kafka itself keeps for the group is a hint. The last record is named by its
-- time and checksum as well, so that a topic that was deleted and made again is noticed.
create table log.inbound_offsets (
  topic text collate "C" not null,
  partition integer not null,
  -- Of the last record that was handled; null: none yet.
  record_offset bigint,
  record_timestamp bigint,
  record_checksum bigint,
  -- Who works on it; null: whoever did so ended in order.
  holder uuid,
  -- How often a process began to handle the next record alone, after one had died without a word.
  attempts integer not null default 0,
  primary key (topic, partition)
);

-- Records that could not be handled, as they came.
create table log.dead_letters (
  id bigint generated always as identity primary key,
  topic text collate "C" not null,
  partition integer not null,
  record_offset bigint not null,
  record_timestamp bigint not null,
  key bytea,
  value bytea,
  -- JSON: [[name, base64], ...], in UTF-8; bytes, because a name may have characters that Postgres takes in no text.
  headers bytea not null,
  class text collate "C" not null,
  message text not null,
  -- What letters of one cause have in common: their class, and their message without its numbers.
  cause text collate "C" not null,
  state text not null default 'parked' check (state in ('parked', 'retried', 'discarded')),
  -- [{at, act, by, detail}, ...], oldest first.
  history jsonb not null default '[]',
  parked_at timestamptz not null,
  -- When it was last told to the topic of dead letters; null: not yet.
  published_at timestamptz,
  unique (topic, partition, record_offset, record_timestamp)
);
create index dead_letters_by_cause on log.dead_letters (cause, state, id);
create index dead_letters_unpublished on log.dead_letters (id) where published_at is null;
