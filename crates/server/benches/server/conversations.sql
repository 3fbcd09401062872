-- A conversation for each client of pgbench, like one that the server made.
insert into conversation
select tenant, made.id, made.id, widget, null, 'open', null, joined, 0, 0, 0, 0, 0,
    created_at, null, active_at
from (select * from conversation limit 1) as one,
    (select decode(lpad(to_hex(n), 32, '0'), 'hex') as id from generate_series(0, 63) n) as made;
