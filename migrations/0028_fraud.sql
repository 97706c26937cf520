-- What the reactor `fraud` knows of attempts to pay, written in the transaction of its checkpoint.

-- One row: the newest time that it has seen, and the table in force there (null: none yet).
create table log.fraud_scorer (
  one boolean primary key default true check (one),
  now_ms bigint not null,
  table_name text,
  content text
);

-- Attempts and declines of the last five minutes.
create table log.fraud_recent (
  position bigint primary key,
  at_ms bigint not null,
  kind text not null,
  order_id text not null,
  attempt integer not null,
  customer_id text not null,
  method text not null,
  card text,
  device text,
  address text,
  network text
);

create index fraud_recent_at on log.fraud_recent (at_ms);

-- Attempts without an outcome that have raised an alert.
create table log.fraud_alerted (
  order_id text collate "C" not null,
  attempt integer not null,
  primary key (order_id, attempt)
);

-- What each customer has paid, for ever: the newest devices and addresses, and sums in the newest currency.
create table log.fraud_histories (
  customer_id text collate "C" primary key,
  payments bigint not null,
  currency text not null,
  count bigint not null,
  sum numeric not null,
  devices text[] not null,
  addresses text[] not null
);
