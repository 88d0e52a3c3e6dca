-- Which claim a job is under: whoever lost it writes nothing about the job any more.
alter table job add column claim bytea;

-- Tries to sign in that did not succeed yet, by a keyed hash of what was tried: all nodes count together.
create table sign_in_try (
  name bytea primary key,
  count bigint not null,
  last_at bigint not null
);
create index sign_in_try_by_last on sign_in_try (last_at);
