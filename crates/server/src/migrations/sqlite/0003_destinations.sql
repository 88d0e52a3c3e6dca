-- Secrets of destinations, sealed under the install key to name, setting and place.
create table destination_secret (
  destination text not null,
  setting text not null,
  place blob not null,
  sealed blob not null,
  set_at bigint not null,
  set_by blob,
  primary key (destination, setting)
);

-- A receipt belongs to a place, whatever its name is later given to.
alter table receipt add column place blob;

-- Since when a part is tried, and since when it is no more.
alter table delivery add column tried_since bigint;
alter table delivery add column stuck_at bigint;

-- The clinic's public keys. A code that was sealed to one is kept as its hash.
create table reader (
  public_key text primary key,
  label text not null,
  code_hash blob,
  code_ends_at bigint,
  proved_at bigint
);

create index receipt_by_destination on receipt (destination, at);
