import type { Knex } from 'knex';
import { apply } from './ddl.ts';

// Decision 0015. What the broker serves is a row here, not a file: whoever can edit files on the
// machine cannot loosen a rule alone.
export const up = (knex: Knex) =>
  apply(
    knex,
    `
-- A wish to publish exactly this content in the place of exactly that one.
create table catalogue_proposal (
  id uuid primary key, -- personal: no
  version text not null, -- personal: no
  sha256 bytea not null, -- personal: no
  content bytea not null check (sha256(content) = sha256), -- personal: no
  base_sha256 bytea not null check (octet_length(base_sha256) = 32), -- personal: no
  direction text not null check (direction in ('weaker', 'stronger', 'neutral')), -- personal: no
  changes bytea not null, -- personal: no
  proposed_by uuid not null references staff, -- personal: pseudonym, operator who proposed; kept as proof
  proposed_at timestamptz not null, -- personal: no
  expires_at timestamptz not null, -- personal: no
  state text not null check (state in ('open', 'published', 'refused', 'lapsed')), -- personal: no
  ended_at timestamptz, -- personal: no
  check (base_sha256 <> sha256),
  check ((state = 'open') = (ended_at is null))
);
create unique index catalogue_proposal_open on catalogue_proposal (sha256, base_sha256) where state = 'open';
create index catalogue_proposal_at on catalogue_proposal (proposed_at desc);

-- Only its end may be written, once: what was approved is what is published.
create function catalogue_proposal_ends() returns trigger language plpgsql as $$
begin
  if old.state <> 'open' or (to_jsonb(new) - 'state' - 'ended_at') <> (to_jsonb(old) - 'state' - 'ended_at') then
    raise exception 'a proposal only ends' using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger catalogue_proposal_ends before update on catalogue_proposal for each row execute function catalogue_proposal_ends();
create trigger catalogue_proposal_kept before delete on catalogue_proposal for each row execute function refuse_change();
create trigger catalogue_proposal_all_kept before truncate on catalogue_proposal for each statement execute function refuse_change();

create table catalogue_approval (
  proposal_id uuid not null references catalogue_proposal, -- personal: no
  staff_id uuid not null references staff, -- personal: pseudonym, who approved or refused; kept as proof
  verdict text not null check (verdict in ('approved', 'refused')), -- personal: no
  reason text not null check (length(reason) between 1 and 600), -- personal: yes, what an employee wrote about rules and may have signed; kept as proof
  at timestamptz not null, -- personal: no
  primary key (proposal_id, staff_id)
);
create trigger catalogue_approval_insert_only before update or delete on catalogue_approval for each row execute function refuse_change();
create trigger catalogue_approval_kept before truncate on catalogue_approval for each statement execute function refuse_change();

create table catalogue_version (
  number integer primary key check (number >= 1), -- personal: no
  version text not null, -- personal: no
  sha256 bytea not null, -- personal: no
  content bytea not null check (sha256(content) = sha256), -- personal: no
  base_sha256 bytea, -- personal: no
  direction text not null check (direction in ('first', 'weaker', 'stronger', 'neutral')), -- personal: no
  changes bytea not null, -- personal: no
  proposal_id uuid unique references catalogue_proposal, -- personal: no
  published_by uuid references staff, -- personal: pseudonym, operator who published; kept as proof
  published_at timestamptz not null, -- personal: no
  check ((number = 1) = (direction = 'first')),
  check ((direction = 'first') = (base_sha256 is null)),
  check ((direction = 'first') = (proposal_id is null)),
  check ((direction = 'first') = (published_by is null))
);
create index catalogue_version_sha256 on catalogue_version (sha256);
create trigger catalogue_version_insert_only before update or delete on catalogue_version for each row execute function refuse_change();
create trigger catalogue_version_kept before truncate on catalogue_version for each statement execute function refuse_change();

-- The last wall behind catalogue/publish.ts: a version follows the one before it, is the one that was
-- proposed, and a weaker one has two approvals by two people who did not propose it (ASVS 2.3.5).
create function catalogue_version_is_approved() returns trigger language plpgsql as $$
declare
  proposal catalogue_proposal;
  approvals integer;
begin
  if new.direction = 'first' then
    return new;
  end if;
  if not exists (select from catalogue_version v where v.number = new.number - 1 and v.sha256 = new.base_sha256) then
    raise exception 'a catalogue follows the one before it' using errcode = 'check_violation';
  end if;
  select * into proposal from catalogue_proposal p where p.id = new.proposal_id;
  if proposal.sha256 is distinct from new.sha256 or proposal.base_sha256 is distinct from new.base_sha256
    or proposal.direction is distinct from new.direction then
    raise exception 'a catalogue is published as it was proposed' using errcode = 'check_violation';
  end if;
  select count(*) into approvals from catalogue_approval a
    where a.proposal_id = proposal.id and a.verdict = 'approved' and a.staff_id <> proposal.proposed_by;
  if new.direction = 'weaker' and approvals < 2 then
    raise exception 'a weaker catalogue needs two approvals' using errcode = 'check_violation';
  end if;
  if exists (select from catalogue_approval a where a.proposal_id = proposal.id and a.verdict = 'refused') then
    raise exception 'a refused catalogue is not published' using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger catalogue_version_is_approved before insert on catalogue_version for each row execute function catalogue_version_is_approved();
`,
  );
