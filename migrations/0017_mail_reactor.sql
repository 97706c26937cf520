-- What lay before an upgrade is told to nobody: the reactor begins at the head that it finds.
insert into log.checkpoints (reader, position) select 'reactor mail', position from log.log_head;
