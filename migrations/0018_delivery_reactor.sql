-- What lay before an upgrade is delivered by nobody: the reactor begins at the head that it finds.
insert into log.checkpoints (reader, position) select 'reactor deliveries', position from log.log_head;
