-- Which build a worker is to Temporal (null: it has no version), and whether new work comes to that build. Rows of workers that do not
-- tell are of code from before versions, to which work comes.
alter table workers
  add column build_id text,
  add column serves boolean not null default true;
