-- A first run may be one of several in the workflow of a batch: its id says which (null: the run has a workflow of its own).
alter table uploads add column batch uuid;
alter table upload_runs add column batch uuid;

-- Whether a worker knows the workflow of batches. Rows of workers that do not tell are of code from before: batches are not for them.
alter table workers add column takes_batches boolean not null default false;
