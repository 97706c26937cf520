-- What is counted of dead letters, kept beside them: the causes, without reading the whole table, and how much room the
-- letters take, which is bounded.

create table log.letter_groups (
  cause text collate "C" primary key,
  -- Of the newest letter.
  class text collate "C" not null,
  message text not null,
  parked bigint not null,
  retried bigint not null,
  discarded bigint not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  -- Its newest letter.
  last_id bigint not null
) with (fillfactor = 50);
create index letter_groups_in_order on log.letter_groups ((parked > 0), last_id);

-- One row.
create table log.letter_totals (
  one boolean primary key default true check (one),
  letters bigint not null,
  bytes bigint not null,
  -- Of those that are still undecided.
  parked bigint not null,
  parked_bytes bigint not null
) with (fillfactor = 10);

create index dead_letters_by_state on log.dead_letters (state, id);
create index dead_letters_of_cause on log.dead_letters (cause, id);

-- Of a row, as it is counted: some 200 bytes beside what came.
create function log.letter_bytes(key bytea, value bytea, headers bytea) returns bigint language sql immutable as $$
  select 200::bigint + coalesce(octet_length(key), 0) + coalesce(octet_length(value), 0) + octet_length(headers)
$$;

-- One statement may write letters of many causes; the order in which their rows are locked is the same for all.
create function log.count_letters() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into log.letter_groups as g
    select cause, (array_agg(class order by id desc))[1], (array_agg(message order by id desc))[1],
      count(*) filter (where state = 'parked'), count(*) filter (where state = 'retried'),
      count(*) filter (where state = 'discarded'), min(parked_at), max(parked_at), max(id)
    from added group by cause order by cause
    on conflict (cause) do update set class = excluded.class, message = excluded.message,
      parked = g.parked + excluded.parked, retried = g.retried + excluded.retried,
      discarded = g.discarded + excluded.discarded, first_at = least(g.first_at, excluded.first_at),
      last_at = greatest(g.last_at, excluded.last_at), last_id = greatest(g.last_id, excluded.last_id);
    update log.letter_totals t set letters = t.letters + n.letters, bytes = t.bytes + n.bytes,
      parked = t.parked + n.parked, parked_bytes = t.parked_bytes + n.parked_bytes
    from (
      select count(*) as letters, coalesce(sum(log.letter_bytes(a.key, a.value, a.headers)), 0) as bytes,
        count(*) filter (where state = 'parked') as parked,
        coalesce(sum(log.letter_bytes(a.key, a.value, a.headers)) filter (where state = 'parked'), 0) as parked_bytes
      from added a
    ) n where n.letters > 0;
  elsif tg_op = 'UPDATE' then
    with changed as (
      select n.cause,
        sum((n.state = 'parked')::int - (o.state = 'parked')::int) as parked,
        sum((n.state = 'retried')::int - (o.state = 'retried')::int) as retried,
        sum((n.state = 'discarded')::int - (o.state = 'discarded')::int) as discarded
      from added n join removed o using (id) where n.state <> o.state group by n.cause
    ), locked as materialized (
      select cause from log.letter_groups where cause in (select cause from changed) order by cause for update
    )
    update log.letter_groups g set parked = g.parked + c.parked, retried = g.retried + c.retried,
      discarded = g.discarded + c.discarded
    from changed c join locked using (cause) where g.cause = c.cause;
    update log.letter_totals t set parked = t.parked + n.parked, parked_bytes = t.parked_bytes + n.parked_bytes
    from (
      select coalesce(sum((n.state = 'parked')::int - (o.state = 'parked')::int), 0) as parked,
        coalesce(sum(((n.state = 'parked')::int - (o.state = 'parked')::int) * log.letter_bytes(n.key, n.value, n.headers)), 0) as parked_bytes
      from added n join removed o using (id) where n.state <> o.state
    ) n where n.parked <> 0;
  else
    with gone as (
      select cause, count(*) filter (where state = 'parked') as parked, count(*) filter (where state = 'retried') as retried,
        count(*) filter (where state = 'discarded') as discarded, max(id) as last_id
      from removed group by cause
    ), locked as materialized (
      select cause from log.letter_groups where cause in (select cause from gone) order by cause for update
    )
    update log.letter_groups g set parked = g.parked - c.parked, retried = g.retried - c.retried,
      discarded = g.discarded - c.discarded,
      last_id = case when c.last_id < g.last_id then g.last_id
        else coalesce((select max(id) from log.dead_letters d where d.cause = g.cause), 0) end
    from gone c join locked using (cause) where g.cause = c.cause;
    delete from log.letter_groups where cause in (select cause from removed) and parked + retried + discarded <= 0;
    update log.letter_totals t set letters = t.letters - n.letters, bytes = t.bytes - n.bytes,
      parked = t.parked - n.parked, parked_bytes = t.parked_bytes - n.parked_bytes
    from (
      select count(*) as letters, coalesce(sum(log.letter_bytes(r.key, r.value, r.headers)), 0) as bytes,
        count(*) filter (where state = 'parked') as parked,
        coalesce(sum(log.letter_bytes(r.key, r.value, r.headers)) filter (where state = 'parked'), 0) as parked_bytes
      from removed r
    ) n where n.letters > 0;
  end if;
  return null;
end
$$;

insert into log.letter_totals (letters, bytes, parked, parked_bytes)
select count(*), coalesce(sum(log.letter_bytes(l.key, l.value, l.headers)), 0), count(*) filter (where state = 'parked'),
  coalesce(sum(log.letter_bytes(l.key, l.value, l.headers)) filter (where state = 'parked'), 0)
from log.dead_letters l;
insert into log.letter_groups
select cause, (array_agg(class order by id desc))[1], (array_agg(message order by id desc))[1],
  count(*) filter (where state = 'parked'), count(*) filter (where state = 'retried'),
  count(*) filter (where state = 'discarded'), min(parked_at), max(parked_at), max(id)
from log.dead_letters group by cause;

create trigger count_added after insert on log.dead_letters
  referencing new table as added for each statement execute function log.count_letters();
create trigger count_changed after update on log.dead_letters
  referencing old table as removed new table as added for each statement execute function log.count_letters();
create trigger count_removed after delete on log.dead_letters
  referencing old table as removed for each statement execute function log.count_letters();
