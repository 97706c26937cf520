-- What is due next is read by this index, also where all of it is due at one moment. Postgres turns "not (attempts > 0)" into
-- "attempts <= 0", which the index before did not answer to: all that was due was read, and sorted, for each few.
drop index log.due_next;
create index due_next on log.due (reactor, least(attempts, 1), due_at, position) where failure is null;
