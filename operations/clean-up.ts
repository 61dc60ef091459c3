// Rows whose time is over go in bounded batches, found by ctid and skipping locked ones, so that
// clean-up never makes a sign-in wait. How long each kind of row is kept stands in its column labels.

import type { Database } from '../database.ts';
import { sql } from '../database.ts';

const BATCH = 2_000;

/** Removes one batch from each table. @returns the largest count; call again while it is a full batch */
export async function removeExpired(db: Database): Promise<number> {
  // One after the other: clean-up takes one connection of the pool, not all of it.
  let most = 0;
  for (const statement of [
    // Protocol state stays a day longer, for reuse detection and investigation.
    sql`delete from oidc_artifact where ctid = any(array(
      select ctid from oidc_artifact where expires_at < now() - interval '1 day' limit ${BATCH} for update skip locked))`,
    sql`delete from oidc_session where ctid = any(array(
      select ctid from oidc_session where expires_at < now() - interval '1 day' limit ${BATCH} for update skip locked))`,
    sql`delete from oidc_grant where ctid = any(array(
      select ctid from oidc_grant where expires_at < now() - interval '1 day' limit ${BATCH} for update skip locked))`,
    sql`delete from upstream_state where ctid = any(array(
      select ctid from upstream_state where expires_at < now() - interval '1 day' limit ${BATCH} for update skip locked))`,
    sql`delete from oidc_replay where ctid = any(array(
      select ctid from oidc_replay where expires_at < now() - interval '1 minute' limit ${BATCH} for update skip locked))`,
    sql`delete from watermark where ctid = any(array(
      select ctid from watermark where created_at < now() - interval '1 hour' limit ${BATCH} for update skip locked))`,
    sql`delete from rate_limit where ctid = any(array(
      select ctid from rate_limit where expire < extract(epoch from now()) * 1000 limit ${BATCH} for update skip locked))`,
    sql`delete from otp where ctid = any(array(
      select ctid from otp where created_at < now() - interval '1 day' limit ${BATCH} for update skip locked))`,
    sql`delete from login_family where ctid = any(array(
      select ctid from login_family where expires_at < now() - interval '1 day' or ended_at < now() - interval '1 day' limit ${BATCH} for update skip locked))`,
    // A token of Zalo's lives an hour; longer, so that a clock of theirs that is off opens nothing.
    sql`delete from zalo_evidence where ctid = any(array(
      select ctid from zalo_evidence where used_at < now() - interval '1 day' limit ${BATCH} for update skip locked))`,
    // Longer than Zalo goes on repeating an event, so that none is news twice.
    sql`delete from oa_event where ctid = any(array(
      select ctid from oa_event where used_at < now() - interval '1 day' limit ${BATCH} for update skip locked))`,
    sql`delete from oa_link_code where ctid = any(array(
      select ctid from oa_link_code where expires_at < now() limit ${BATCH} for update skip locked))`,
    sql`delete from oa_link where ctid = any(array(
      select ctid from oa_link where ended_at < now() - interval '12 months' limit ${BATCH} for update skip locked))`,
    sql`delete from data_duty where ctid = any(array(
      select ctid from data_duty where closed_at < now() - interval '12 months' limit ${BATCH} for update skip locked))`,
    // What a browser proved for a step nobody finished goes at once; the row stays for whoever looks into it.
    sql`update browser_leg set ended_at = now(), ended_why = 'expired', proven_sealed = null where ctid = any(array(
      select ctid from browser_leg where ended_at is null and expires_at < now() limit ${BATCH} for update skip locked))`,
    sql`delete from browser_leg where ctid = any(array(
      select ctid from browser_leg where expires_at < now() - interval '1 day' limit ${BATCH} for update skip locked))`,
    sql`delete from chip_challenge where ctid = any(array(
      select ctid from chip_challenge where expires_at < now() limit ${BATCH} for update skip locked))`,
    sql`delete from message_outbox where ctid = any(array(
      select ctid from message_outbox where done_at < now() - interval '1 day' limit ${BATCH} for update skip locked))`,
    sql`delete from passkey_challenge where ctid = any(array(
      select ctid from passkey_challenge where expires_at < now() - interval '1 hour' limit ${BATCH} for update skip locked))`,
    sql`delete from guardian_request where ctid = any(array(
      select ctid from guardian_request where created_at < now() - interval '30 days' limit ${BATCH} for update skip locked))`,
    sql`delete from guardianship where ctid = any(array(
      select ctid from guardianship where ends_at < now() - interval '3 years' limit ${BATCH} for update skip locked))`,
    sql`delete from not_me_link where ctid = any(array(
      select ctid from not_me_link where expires_at < now() limit ${BATCH} for update skip locked))`,
    sql`delete from notice_shown where ctid = any(array(
      select ctid from notice_shown n where at < now() - interval '12 months'
        and not exists (select from not_me_link l where l.notice_id = n.id) limit ${BATCH} for update skip locked))`,
    sql`delete from known_device where ctid = any(array(
      select ctid from known_device where last_seen_at < now() - interval '400 days' or ended_at < now() - interval '1 day' limit ${BATCH} for update skip locked))`,
    sql`delete from device_hold where ctid = any(array(
      select ctid from device_hold where began_at < now() - interval '1 day' limit ${BATCH} for update skip locked))`,
    sql`delete from staff_session where ctid = any(array(
      select ctid from staff_session where expires_at < now() - interval '30 days' limit ${BATCH} for update skip locked))`,
    sql`delete from rebind_request where ctid = any(array(
      select ctid from rebind_request where requested_at < now() - interval '12 months' limit ${BATCH} for update skip locked))`,
    // Decisions before what they rest on.
    sql`delete from counter_decision where ctid = any(array(
      select ctid from counter_decision where at < now() - interval '12 months' limit ${BATCH} for update skip locked))`,
    sql`delete from counter_request where ctid = any(array(
      select ctid from counter_request r where created_at < now() - interval '12 months'
        and not exists (select from counter_decision d where d.request_id = r.id) limit ${BATCH} for update skip locked))`,
    sql`delete from counter_case where ctid = any(array(
      select ctid from counter_case c where opened_at < now() - interval '12 months'
        and not exists (select from counter_decision d where d.case_id = c.id) limit ${BATCH} for update skip locked))`,
    sql`delete from decision_record where ctid = any(array(
      select ctid from decision_record where at < now() - interval '12 months' limit ${BATCH} for update skip locked))`,
    sql`delete from service_hour where ctid = any(array(
      select ctid from service_hour where hour < now() - interval '400 days' limit ${BATCH} for update skip locked))`,
    sql`delete from assisted_request where ctid = any(array(
      select ctid from assisted_request where asked_at < now() - interval '12 months' limit ${BATCH} for update skip locked))`,
    // Counter work that nobody finished keeps no person.
    sql`update counter_request set state = 'expired', decided_at = now(), facts_sealed = null, code_sealed = null where ctid = any(array(
      select ctid from counter_request where decided_at is null and expires_at < now() limit ${BATCH} for update skip locked))`,
    sql`update counter_case set state = 'expired', ended_at = now(), facts_sealed = null where ctid = any(array(
      select ctid from counter_case where ended_at is null and expires_at < now() limit ${BATCH} for update skip locked))`,
    // Events: what nobody took in a month, or whose stream is gone, ends; whom it was about is kept a
    // month after it is over, for withdrawals as long as the row (who was told when: law 10).
    sql`update signal_event set done_at = now(), outcome = 'dropped' where ctid = any(array(
      select ctid from signal_event e where (done_at is null or outcome = 'failed') and (created_at < now() - interval '30 days'
        or not exists (select from signal_stream s where s.id = e.stream_id)) limit ${BATCH} for update skip locked))`,
    sql`update signal_event set sub = null where ctid = any(array(
      select ctid from signal_event where sub is not null and done_at < now() - interval '30 days' and outcome <> 'failed'
        and kind not in ('consent-withdrawn', 'token-claims-change') limit ${BATCH} for update skip locked))`,
    sql`delete from signal_event where ctid = any(array(
      select ctid from signal_event where created_at < now() - interval '12 months' limit ${BATCH} for update skip locked))`,
    // A step-up that was left lying keeps no phone and no identity.
    sql`update authn_tx set pending = null, state = 'expired' where ctid = any(array(
      select ctid from authn_tx where pending is not null and expires_at < now() limit ${BATCH} for update skip locked))`,
  ]) {
    most = Math.max(most, await db.run(statement));
  }
  return most;
}
