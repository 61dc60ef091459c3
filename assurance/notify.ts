// Telling a person through every channel we know of them. safety/ fulfils it.

export type NoticeKind =
  | 'new_device'
  | 'moving'
  | 'moved'
  | 'locked'
  | 'unlocked'
  | 'recovery_made'
  | 'recovery_used'
  | 'passkey_added'
  | 'passkey_removed'
  | 'binding_ending'
  | 'phone_changed'
  | 'guardian_asked'
  | 'guardian_recorded'
  | 'assisted_asked'
  | 'hotline_linked'
  | 'zalo_revoked';

/**
 * Queues the notice in the running transaction. `key` makes it idempotent per account and kind;
 * `link` adds the address that locks the account without a login.
 */
export type Notify = (
  notice: {
    readonly accountId: string;
    readonly kind: NoticeKind;
    readonly key: string;
    readonly link: boolean;
  },
  now: Date,
) => Promise<void>;
