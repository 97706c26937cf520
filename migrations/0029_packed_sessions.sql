-- Open sessions are saved packed (insights/behaviour/packed-sessions.ts): those that were saved as JSON are left out.
update behaviour.partitions set state = null, open = 0;
