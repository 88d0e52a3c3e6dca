-- What only one node does at a time, and which one that is.
create table lease (
  name text primary key,
  node blob not null,
  ends_at bigint not null
);
