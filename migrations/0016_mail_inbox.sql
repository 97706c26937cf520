-- The embedded inbox: mails as a customer's mailbox would show them, where no mail server is configured. It holds addresses
-- and names: it is in no dump, and nothing in the log or on a topic refers to it.

create schema mail;

create table mail.inbox (
  number bigint generated always as identity primary key,
  -- Of the Message-ID: the same mail again is the same row.
  email_id text collate "C" not null unique,
  recipient text not null,
  subject text not null,
  text text not null,
  html text not null,
  template text collate "C" not null,
  order_id text collate "C",
  sent_at timestamptz not null default statement_timestamp()
);
