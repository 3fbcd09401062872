-- Notifications. Names of types are the customer's own words for kinds of news, not personal
-- data; everything that a person could read is sealed.

create table notification_type (
    tenant bytea not null,
    name text not null,
    sealed bytea not null,
    created_at bigint not null,
    changed_at bigint not null,
    primary key (tenant, name)
) {tenant};

create table sub_notification (
    tenant bytea not null,
    type text not null,
    name text not null,
    sealed bytea not null,
    created_at bigint not null,
    primary key (tenant, type, name)
) {tenant};

-- One row a contact: the last moment of its feed, so that no two items share one.
create table feed (
    tenant bytea not null,
    contact bytea not null,
    last_at bigint not null,
    primary key (tenant, contact)
) {tenant};

create table notification (
    tenant bytea not null,
    contact bytea not null,
    at bigint not null,
    id bytea not null,
    type text not null,
    sub text,
    -- Of its own, or null where it shows a text that many share.
    sealed bytea,
    text bytea,
    seen_at bigint,
    opened_at bigint,
    clicked_at bigint,
    archived_at bigint,
    actioned1_at bigint,
    actioned2_at bigint,
    expires_at bigint,
    primary key (tenant, contact, at),
    unique (tenant, id)
) {tenant};
create index notification_unread on notification (tenant, contact)
    where seen_at is null and archived_at is null;
create index notification_expiry on notification (expires_at) where expires_at is not null;

-- Which types a contact has ever received: only those stand among its preferences.
create table notification_received (
    tenant bytea not null,
    contact bytea not null,
    type text not null,
    primary key (tenant, contact, type)
) {tenant};

-- `sub` is empty for the type itself.
create table notification_preference (
    tenant bytea not null,
    contact bytea not null,
    type text not null,
    sub text not null,
    channel text not null,
    delivery text not null,
    changed_at bigint not null,
    primary key (tenant, contact, type, sub, channel)
) {tenant};

-- One row for each thing that was asked to be sent; `sealed` is what to send while it waits. Ids
-- grow with time. `mark` is null where the type has no limits, which keeps its indexes small.
create table dispatch (
    tenant bytea not null,
    id bytea not null,
    contact bytea not null,
    type text not null,
    sub text,
    state text not null,
    mark bytea,
    sealed bytea,
    due_at bigint not null,
    created_at bigint not null,
    primary key (tenant, id)
) {tenant};
create index dispatch_due on dispatch (due_at) where state = 'scheduled';
create index dispatch_contact on dispatch (tenant, contact, id);
create index dispatch_mark on dispatch (tenant, mark, due_at) where mark is not null;
create index dispatch_recent on dispatch (tenant, contact, type, due_at) where mark is not null;
create index dispatch_age on dispatch (due_at);

-- What became of it on each channel. The columns from `contact` on are for what has to be
-- carried out of the house: `sealed` and `next_at` only as long as it waits; whoever carries it
-- moves `next_at` to the end of its lease. What is part of a digest shares what becomes of its
-- `leader`.
create table delivery (
    tenant bytea not null,
    dispatch bytea not null,
    channel text not null,
    state text not null,
    reason text,
    at bigint not null,
    contact bytea,
    provenance text,
    sealed bytea,
    next_at bigint,
    attempts bigint not null default 0,
    leader bytea,
    primary key (tenant, dispatch, channel)
) {tenant};
create index delivery_age on delivery (at);
create index delivery_due on delivery (channel, next_at) where state = 'queued';
create index delivery_held on delivery (next_at) where state = 'held';
create index delivery_held_of on delivery (tenant, contact) where state = 'held';
create index delivery_leader on delivery (tenant, leader) where leader is not null;

-- Web push: the key that says who sends, one an environment.
create table push_key (
    tenant bytea not null,
    sealed bytea not null,
    created_at bigint not null,
    primary key (tenant)
) {tenant};

-- Browsers that take web push; `mark` is the keyed mark of the address. What made one ends it:
-- a session, or a proof by a key.
create table push_subscription (
    tenant bytea not null,
    mark bytea not null,
    id bytea not null,
    contact bytea not null,
    widget bytea not null,
    session bytea,
    signer text,
    signed_at bigint,
    sealed bytea not null,
    created_at bigint not null,
    renewed_at bigint not null,
    used_at bigint,
    used_for bytea,
    primary key (tenant, mark),
    unique (tenant, id)
) {tenant};
create index push_subscription_contact on push_subscription (tenant, contact, renewed_at);
create index push_subscription_session on push_subscription (tenant, session);
create index push_subscription_widget on push_subscription (tenant, widget);
create index push_subscription_age on push_subscription (renewed_at);

-- What many are told: texts that items share, contacts by topic, and how far a broadcast is.

create table notification_text (
    tenant bytea not null,
    id bytea not null,
    sealed bytea not null,
    created_at bigint not null,
    expires_at bigint,
    primary key (tenant, id)
) {tenant};
create index notification_text_expiry on notification_text (expires_at)
    where expires_at is not null;

create table topic_subscriber (
    tenant bytea not null,
    topic text not null,
    contact bytea not null,
    created_at bigint not null,
    primary key (tenant, topic, contact)
) {tenant};
create index topic_of_contact on topic_subscriber (tenant, contact, topic);

-- `topic` is null where everybody is meant; `last` is the contact that was told last.
create table broadcast (
    tenant bytea not null,
    id bytea not null,
    type text not null,
    topic text,
    state text not null,
    sealed bytea,
    total bigint not null,
    done bigint not null,
    skipped bigint not null,
    last bytea not null,
    created_at bigint not null,
    changed_at bigint not null,
    primary key (tenant, id)
) {tenant};
create index broadcast_running on broadcast (created_at) where state = 'running';

-- Where a customer's own provider carries a channel; `sealed` is the URL and the secret.
create table notification_hook (
    tenant bytea not null,
    channel text not null,
    sealed bytea not null,
    changed_at bigint not null,
    primary key (tenant, channel)
) {tenant};
