-- The part that is on its way: rendered once, sealed, gone when it is delivered.
create table delivery (
  conversation blob primary key references conversation (id),
  part bigint not null,
  seq bigint not null,
  created_at bigint not null
);

create table delivery_document (
  conversation blob not null references delivery (conversation),
  number bigint not null,
  name text not null,
  sealed blob not null,
  primary key (conversation, number)
);

-- What each destination that does not hold it yet answered last.
create table delivery_error (
  conversation blob not null references delivery (conversation),
  destination text not null,
  code text not null,
  at bigint not null,
  primary key (conversation, destination)
);
