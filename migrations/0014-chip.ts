import type { Knex } from 'knex';
import { apply } from './ddl.ts';

export const up = (knex: Knex) =>
  apply(
    knex,
    `
-- A reader's challenge and the chip's answer are made on the person's device, so the same ones may be
-- sent again by whoever recorded them: each counts once. Attack case 20.
create table chip_challenge (
  challenge_key bytea primary key check (octet_length(challenge_key) = 32), -- personal: pseudonym, keyed hash of a chip's public key and a challenge it signed, to refuse a copy; life of the card, 25 years where it has no end
  seen_at timestamptz not null, -- personal: no
  expires_at timestamptz not null -- personal: no
);
create index chip_challenge_expiry on chip_challenge using brin (expires_at);
`,
  );
