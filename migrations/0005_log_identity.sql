-- Which log this is: records of another one in the same topics are told apart by it. A dump does not carry it, so a log
-- that was restored elsewhere is a log of its own, and is published anew.
create table log.identity (
  singleton boolean primary key default true check (singleton),
  id uuid not null default gen_random_uuid()
);
insert into log.identity default values;
