-- The inline path looks for what is still open, oldest first; finished rows are nearly all there are.
create index uploads_open on uploads (received_at) where state in ('received', 'processing');
