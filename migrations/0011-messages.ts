import type { Knex } from 'knex';
import { apply } from './ddl.ts';

// Columns that are added do not stand in a `create table`, so their labels are written out.
export const up = (knex: Knex) =>
  apply(
    knex,
    `
alter table otp
  add column prefix_key text,
  add column network_key text,
  add column message_id uuid;
comment on column otp.prefix_key is 'personal: pseudonym, keyed hash of the first digits of the number, to notice pumping; 24 hours';
comment on column otp.network_key is 'personal: pseudonym, keyed hash of the network that asked, to notice pumping; 24 hours';
comment on column otp.message_id is 'personal: no';
-- One code an attempt and channel: the same attempt may go out once more, over the other channel.
drop index otp_send;
create unique index otp_send on otp (transaction_id, send_number, channel);
create index otp_recent on otp (created_at);

alter table message_outbox
  add column kind text not null default 'code' check (kind in ('code', 'notice')),
  add column account_id uuid references account,
  add column delivery_state text check (delivery_state in ('delivered', 'failed')),
  add column delivery_reason text,
  add column delivered_at timestamptz,
  add constraint message_outbox_delivery check ((delivered_at is not null) = (delivery_state is not distinct from 'delivered'));
comment on column message_outbox.kind is 'personal: no';
comment on column message_outbox.account_id is 'personal: pseudonym, whom a message concerns; a day after it went out';
comment on column message_outbox.delivery_state is 'personal: no';
comment on column message_outbox.delivery_reason is 'personal: no';
comment on column message_outbox.delivered_at is 'personal: no';

create table channel_switch (
  channel text primary key check (channel in ('sms', 'zns')), -- personal: no
  stopped_at timestamptz, -- personal: no
  reason text not null, -- personal: no
  changed_at timestamptz not null -- personal: no
);

create table code_trouble (
  account_id uuid primary key references account, -- personal: pseudonym, whose wrong codes are counted; until a right code or a new proof of identity
  wrong integer not null check (wrong between 0 and 50), -- personal: no
  disabled_at timestamptz -- personal: no
);

create table oa_token (
  oa_id text primary key, -- personal: no
  access_sealed bytea, -- personal: no
  refresh_sealed bytea not null, -- personal: no
  access_expires_at timestamptz, -- personal: no
  seed_key bytea not null check (octet_length(seed_key) = 32), -- personal: no
  refreshed_at timestamptz -- personal: no
);
`,
  );
