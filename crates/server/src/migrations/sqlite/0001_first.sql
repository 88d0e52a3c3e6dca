create table if not exists install_key (
  version bigint primary key,
  wrapped blob not null,
  created_at bigint not null
);

create table epoch (
  day text primary key,
  file text not null,
  created_at bigint not null,
  destroyed_at bigint
);

create table conversation (
  id blob primary key,
  reference text not null unique,
  start_hash blob not null unique,
  site text not null,
  department text not null,
  language text not null,
  state text not null,
  agent blob,
  agent_name text,
  offered_to blob,
  offered_name text,
  offered_until bigint,
  epoch text not null,
  wrapped_key blob not null,
  token_hash blob not null unique,
  next_token_hash blob unique,
  name_sealed blob,
  seq bigint not null,
  shown bigint not null,
  last_message_seq bigint not null,
  visitor_seen bigint not null,
  agent_seen bigint not null,
  unread bigint not null,
  created_at bigint not null,
  queued_at bigint not null,
  since bigint not null,
  active_at bigint not null,
  accepted_at bigint,
  first_response_at bigint,
  warned_until bigint,
  ended_at bigint,
  closed_at bigint,
  ending text,
  disposition text,
  is_rated bigint not null,
  delivered_seq bigint not null,
  delivered_parts bigint not null,
  delivered_hash blob,
  is_held bigint not null
);
create index conversation_by_queue on conversation (department, queued_at) where state = 'waiting';
create index conversation_by_agent on conversation (agent, state);
create index conversation_by_epoch on conversation (epoch);

-- With rowids: what different conversations say at one time then lands on the same
-- pages, and a commit writes a third to a half of what it would in order of the key.
create table event (
  conversation blob not null references conversation (id),
  seq bigint not null,
  shown bigint not null,
  kind text not null,
  sender_kind text not null,
  sender blob,
  client_mac blob,
  raw_mac blob,
  at bigint not null,
  revision bigint not null,
  target bigint not null,
  attachment blob,
  sealed blob not null,
  primary key (conversation, seq)
);
create unique index event_by_client_mac on event (conversation, sender_kind, client_mac) where client_mac is not null;

create table job (
  id integer primary key,
  kind text not null,
  lane text not null,
  subject blob not null,
  due_at bigint not null,
  attempts bigint not null,
  lease_until bigint,
  last_error text,
  created_at bigint not null,
  unique (kind, subject)
);
create index job_by_due on job (lane, due_at);

create table receipt (
  conversation blob not null,
  part bigint not null,
  destination text not null,
  object text not null,
  level text not null,
  sha256 blob not null,
  at bigint not null,
  primary key (conversation, part, destination, object)
);

create table catalogue (
  reference text primary key,
  sealed blob not null,
  created_at bigint not null,
  shredded_at bigint
);
create index catalogue_by_created on catalogue (created_at);

create table fact (
  id integer primary key,
  at bigint not null,
  kind text not null,
  conversation blob,
  department text,
  agent blob,
  amount bigint not null
);
create index fact_by_time on fact (at);
create index fact_of_waits on fact (department, at) where kind = 'accepted';

create table audit (
  id integer primary key,
  at bigint not null,
  actor_kind text not null,
  actor blob,
  action text not null,
  subject text,
  detail text not null,
  seq bigint unique,
  hash blob,
  signature blob
);
create index audit_unsealed on audit (id) where seq is null;

create table section (
  name text primary key,
  version bigint not null,
  value text not null,
  changed_at bigint not null,
  changed_by blob
);

create table section_history (
  name text not null,
  version bigint not null,
  value text not null,
  changed_at bigint not null,
  changed_by blob,
  primary key (name, version)
);

create table account (
  id blob primary key,
  name text not null unique,
  display_name text not null,
  role text not null,
  departments text not null,
  password text not null,
  availability text not null,
  capacity bigint not null,
  is_disabled bigint not null,
  created_at bigint not null
);

create table session (
  hash blob primary key,
  account blob not null references account (id),
  created_at bigint not null,
  used_at bigint not null,
  ends_at bigint not null
);
create index session_by_account on session (account);

create table ticket (
  hash blob primary key,
  session blob not null,
  ends_at bigint not null
);

create table node (
  id blob primary key,
  lease_until bigint not null
);

create table presence (
  connection blob primary key,
  node blob not null,
  kind text not null,
  subject blob not null,
  since bigint not null
);
create index presence_by_subject on presence (kind, subject);
