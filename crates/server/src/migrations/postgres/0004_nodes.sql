-- What only one node does at a time, and which one that is.
create table lease (
  name text collate "C" primary key,
  node bytea not null,
  ends_at bigint not null
);
