-- How many proofs of a widget held or did not, by the hour. `name` is the key's id or the reason.
create table coverage (
    tenant bytea not null,
    widget bytea not null,
    hour bigint not null,
    outcome text not null,
    name text not null,
    many bigint not null,
    at bigint not null,
    primary key (tenant, widget, hour, outcome, name)
) {tenant};

-- The published keys of a customer, as they were when they were last good.
create table jwks (
    tenant bytea not null,
    widget bytea not null,
    url text not null,
    body text not null,
    fetched_at bigint not null,
    checked_at bigint not null,
    fault text,
    failing_since bigint,
    primary key (tenant, widget)
) {tenant};

-- Where static proofs were seen: `proof`, `browser` and `network` are keyed marks.
create table sighting (
    tenant bytea not null,
    widget bytea not null,
    proof bytea not null,
    contact bytea not null,
    browser bytea not null,
    network bytea not null,
    origin text not null,
    many bigint not null,
    first_at bigint not null,
    last_at bigint not null,
    primary key (tenant, widget, proof, contact, browser, network, origin)
) {tenant};

alter table identity_secret add column first_used_at bigint;
create unique index identity_secret_kid on identity_secret (tenant, widget, kid);

alter table widget add column proofs_valid_from bigint;
alter table widget add column single_use_tokens boolean not null default false;

-- What a key checks; nothing for a secret that seals. A widget's name at another vendor's.
alter table identity_secret add column algorithm text;
alter table widget add column audience text;
alter table widget add column allow_python_hash boolean not null default false;

-- A merged contact keeps its rows and its key; only `merged_into` leads to the survivor, and
-- `merge_sealed` says who merged it and why.
alter table contact add column merged_into bytea;
alter table contact add column merged_at bigint;
alter table contact add column merge_sealed bytea;
create index contact_merged on contact (tenant, merged_into, id) where merged_into is not null;
