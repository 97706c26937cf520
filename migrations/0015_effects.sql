-- Effects belong to one log: what a reactor charged or sent in another one is not charged or sent again by a copy.

-- When the log was made from a dump; null: it was not.
alter table log.identity add column restored_at timestamptz;
-- The log that a reactor ran with last.
alter table log.reactors add column ran_in uuid;

-- What lay before an upgrade causes no charge: the reactor begins at the head that it finds.
insert into log.checkpoints (reader, position) select 'reactor payments', position from log.log_head;
