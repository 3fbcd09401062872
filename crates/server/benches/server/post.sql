-- What a posted message is on PostgreSQL, for pgbench: the statements of the server, one after the
-- other. `hex` is the tenant; each client writes to a conversation of its own.
begin;
select set_config('countersign.tenant', :hex, true), set_config('lock_timeout', '5s', true);
update conversation set last_seq = last_seq + 1, unread_member = unread_member + 1,
    last_message_at = 1795260523381,
    active_at = case when active_at < 1795260523381 then 1795260523381 else active_at end
where tenant = decode(:hex, 'hex') and contact = decode(lpad(to_hex(:client_id::int), 32, '0'), 'hex')
    and id = decode(lpad(to_hex(:client_id::int), 32, '0'), 'hex') and state = 'open'
returning last_seq, contact
\gset
insert into message (tenant, conversation, seq, id, author_kind, author, trust, client_id,
    sealed, created_at)
values (decode(:hex, 'hex'), decode(lpad(to_hex(:client_id::int), 32, '0'), 'hex'), :last_seq,
    uuid_send(gen_random_uuid()), 'visitor', decode(lpad(to_hex(:client_id::int), 32, '0'), 'hex'),
    'hmac', (:last_seq)::text, decode(repeat('00', 90), 'hex'), 1795260523381)
on conflict (tenant, conversation, author, client_id) do nothing;
insert into event (tenant, topic, kind, body, at, pos)
values (decode(:hex, 'hex'), decode(lpad(to_hex(:client_id::int), 32, '0'), 'hex'), 'message.created',
    repeat('x', 100), 1795260523381, (pg_current_xact_id()::text::bigint << 12) + 1);
commit;
