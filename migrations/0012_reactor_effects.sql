-- Reactors that act on the world outside: what they wait for, how often they have tried, and when they may not act.

alter table log.reactors
  -- Why it does nothing until it is resumed ({reason, since}); null: it may.
  add column paused jsonb,
  -- Since when what it needs outside has been away ({reason, since}); null: it is there.
  add column outage jsonb;

alter table log.due
  -- Tells apart what one event asks for: an e-mail and a text message, or the messages of a provider about one payment.
  add column part integer not null default 0,
  -- What the reactor has to remember of it; null: nothing.
  add column detail jsonb,
  -- How often it was tried without an end.
  add column attempts integer not null default 0,
  -- When it was parked.
  add column parked_at timestamptz,
  -- Somebody had it tried again.
  add column retried boolean not null default false,
  drop constraint due_pkey,
  add primary key (reactor, stream, position, part);

-- What was tried before waits behind a rate of its own, so that it never holds up what is new.
drop index log.due_next;
create index due_next on log.due (reactor, (attempts > 0), due_at) where failure is null;
