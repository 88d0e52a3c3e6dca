-- The part that is on its way: rendered once, sealed, gone when it is delivered.
create table delivery (
  conversation bytea primary key references conversation (id),
  part bigint not null,
  seq bigint not null,
  created_at bigint not null
);

create table delivery_document (
  conversation bytea not null references delivery (conversation),
  number bigint not null,
  name text collate "C" not null,
  sealed bytea not null,
  primary key (conversation, number)
);

-- What each destination that does not hold it yet answered last.
create table delivery_error (
  conversation bytea not null references delivery (conversation),
  destination text collate "C" not null,
  code text collate "C" not null,
  at bigint not null,
  primary key (conversation, destination)
);
