-- Cairn's own account, in which it proves every few minutes that uploads work: none of what it does is anybody's usage. There is
-- one at most.
alter table accounts add column kind text not null default 'person' check (kind in ('person', 'canary'));
create unique index accounts_canary on accounts (kind) where kind = 'canary';
