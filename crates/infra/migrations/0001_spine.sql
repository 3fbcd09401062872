-- Times are milliseconds since 1970. `sealed` is ciphertext. `digest` is a hash of a random
-- token, `mark` a keyed hash for look-up. Every tenant's row begins with its tenant.

create table setting (
    name text primary key,
    value bytea not null
);

create table signing_key (
    kid text primary key,
    algorithm text not null,
    sealed bytea not null,
    created_at bigint not null,
    retired_at bigint
);

create table organization (
    id bytea primary key,
    name text not null,
    created_at bigint not null
);

create table tenant (
    id bytea primary key,
    organization bytea not null references organization (id),
    environment text not null,
    wrapped_key bytea not null,
    created_at bigint not null,
    unique (organization, environment)
);

create table member (
    organization bytea not null references organization (id),
    id bytea not null,
    mark bytea not null unique,
    sealed bytea not null,
    password_hash text not null,
    role text not null,
    created_at bigint not null,
    disabled_at bigint,
    primary key (organization, id)
);

create table sign_in (
    organization bytea not null references organization (id),
    id bytea not null,
    member bytea not null,
    tenant bytea not null references tenant (id),
    digest bytea not null,
    created_at bigint not null,
    last_used_at bigint not null,
    expires_at bigint not null,
    revoked_at bigint,
    primary key (organization, id)
);

create table api_key (
    tenant bytea not null,
    id bytea not null,
    name text not null,
    digest bytea not null,
    hint text not null,
    created_at bigint not null,
    last_used_at bigint,
    revoked_at bigint,
    primary key (tenant, id)
) {tenant};

create table widget (
    tenant bytea not null,
    id bytea not null,
    public_key text not null,
    name text not null,
    profile text not null,
    mode text not null,
    anonymous boolean not null,
    allow_bearer boolean not null,
    origins text not null,
    appearance text not null,
    created_at bigint not null,
    primary key (tenant, id)
) {tenant};

create table identity_secret (
    tenant bytea not null,
    id bytea not null,
    widget bytea not null,
    profile text not null,
    mode text not null,
    kind text not null,
    kid text not null,
    hint text not null,
    sealed bytea not null,
    created_at bigint not null,
    last_used_at bigint,
    retired_at bigint,
    primary key (tenant, id)
) {tenant};
create index identity_secret_widget on identity_secret (tenant, widget, created_at);

create table company (
    tenant bytea not null,
    id bytea not null,
    mark bytea not null,
    sealed bytea not null,
    created_at bigint not null,
    primary key (tenant, id),
    unique (tenant, mark)
) {tenant};

create table contact (
    tenant bytea not null,
    id bytea not null,
    trust text not null,
    contradicts boolean not null,
    company bytea,
    email_mark bytea,
    external_mark bytea,
    sealed bytea not null,
    created_at bigint not null,
    last_seen_at bigint not null,
    primary key (tenant, id)
) {tenant};
create index contact_email on contact (tenant, email_mark);
create index contact_external on contact (tenant, external_mark);
create index contact_seen on contact (tenant, last_seen_at);

create table contact_key (
    tenant bytea not null,
    contact bytea not null,
    wrapped bytea not null,
    primary key (tenant, contact)
) {tenant};

create table identifier (
    tenant bytea not null,
    kind text not null,
    mark bytea not null,
    contact bytea not null,
    trust text not null,
    created_at bigint not null,
    primary key (tenant, kind, mark)
) {tenant};
create index identifier_contact on identifier (tenant, contact);

create table visitor_token (
    tenant bytea not null,
    id bytea not null,
    contact bytea not null,
    digest bytea not null,
    expires_at bigint not null,
    spent_at bigint,
    primary key (tenant, id)
) {tenant};
create index visitor_token_contact on visitor_token (tenant, contact);

create table session (
    tenant bytea not null,
    id bytea not null,
    contact bytea not null,
    widget bytea not null,
    trust text not null,
    thumbprint text,
    generation bigint not null,
    current_digest bytea not null,
    previous_digest bytea,
    rotation_nonce bytea,
    rotated_at bigint not null,
    confirmed boolean not null,
    network bytea,
    device bytea,
    created_at bigint not null,
    idle_at bigint not null,
    expires_at bigint not null,
    revoked_at bigint,
    primary key (tenant, id)
) {tenant};
create index session_contact on session (tenant, contact, created_at);

create table spent_proof (
    tenant bytea not null,
    mark bytea not null,
    expires_at bigint not null,
    primary key (tenant, mark)
) {tenant};
create index spent_proof_age on spent_proof (tenant, expires_at);

create table conversation (
    tenant bytea not null,
    id bytea not null,
    contact bytea not null,
    widget bytea not null,
    client_id text,
    state text not null,
    assignee bytea,
    joined boolean not null,
    last_seq bigint not null,
    seen_visitor bigint not null,
    seen_member bigint not null,
    unread_visitor bigint not null,
    unread_member bigint not null,
    created_at bigint not null,
    last_message_at bigint,
    active_at bigint not null,
    primary key (tenant, id),
    unique (tenant, contact, client_id)
) {tenant};
create index conversation_contact on conversation (tenant, contact, active_at, id);
create index conversation_state on conversation (tenant, state, active_at, id);

create table message (
    tenant bytea not null,
    conversation bytea not null,
    seq bigint not null,
    id bytea not null,
    author_kind text not null,
    author bytea not null,
    trust text,
    client_id text,
    sealed bytea not null,
    created_at bigint not null,
    primary key (tenant, conversation, seq),
    unique (tenant, conversation, author, client_id)
) {tenant};

create table event (
    pos {serial},
    tenant bytea not null,
    topic bytea not null,
    kind text not null,
    body text not null,
    at bigint not null
) {fenced};
create index event_topic on event (tenant, topic, pos);
create index event_tenant on event (tenant, pos);

create table consumer (
    name text primary key,
    pos bigint not null
);

create table revocation (
    pos {serial},
    tenant bytea not null,
    kind text not null,
    target bytea not null,
    at bigint not null
) {fenced};

create table refusal (
    tenant bytea not null,
    id bytea not null,
    widget bytea not null,
    reason text not null,
    many bigint not null,
    sealed bytea not null,
    at bigint not null,
    primary key (tenant, id)
) {tenant};

create table audit (
    tenant bytea not null,
    number bigint not null,
    id bytea not null,
    sealed bytea not null,
    chain bytea not null,
    at bigint not null,
    primary key (tenant, number)
) {tenant};

create table idempotency (
    tenant bytea not null,
    caller bytea not null,
    mark bytea not null,
    fingerprint bytea not null,
    status bigint,
    sealed bytea,
    at bigint not null,
    primary key (tenant, caller, mark)
) {tenant};
create index idempotency_age on idempotency (tenant, at);
