-- What the next command of a partition waits for, and since when: whoever shows how far partitions are can say why.
alter table log.inbound_offsets add column waits_for text, add column waits_since timestamptz;
