-- A batch of records that cannot be unpacked is parked whole: its value is the batch as it came.

alter table log.dead_letters
  -- Of a batch, whose first offset is `record_offset`; null: the letter is one record.
  add column last_offset bigint;
