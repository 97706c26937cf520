-- The relay has a checkpoint for each topic that it publishes to ('relay <cluster> <prefix> <topic>'): one that refuses holds
-- back itself alone, and says why.
alter table log.checkpoints add column refusal text;

insert into log.checkpoints (reader, position, recorded_at)
select c.reader || ' ' || t.name, c.position, c.recorded_at
from log.checkpoints c
cross join unnest(array['orders', 'inventory', 'customers', 'payments', 'deliveries', 'notifications', 'errors', 'analytics'])
  as t (name)
where starts_with(c.reader, 'relay ');

delete from log.checkpoints where starts_with(reader, 'relay ') and reader ~ '^relay [^ ]* [^ ]*$';
