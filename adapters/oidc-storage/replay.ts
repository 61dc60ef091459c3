import { hash } from 'node:crypto';
import type { Adapter } from 'oidc-provider';
import { errors } from 'oidc-provider';
import type { Database } from '../../database.ts';
import { sql } from '../../database.ts';

// The library asks "seen before?" and then saves. Only the insert decides, so the question is
// never sent, and it commits on its own, whatever becomes of the request: a proof or client assertion counts once however many requests carry it at a time.
export function replayAdapter(db: Database): Adapter {
  return {
    find: async () => undefined,
    async upsert(id, _payload, expiresIn) {
      const inserted = await db.apart(() =>
        db.run(sql`
        insert into oidc_replay (id, expires_at) values (${hash('sha256', id, 'buffer')}, now() + ${expiresIn}::int * interval '1 second')
        on conflict (id) do nothing`),
      );
      if (inserted !== 1) throw new errors.InvalidGrant('jti was already used');
    },
    destroy: async () => {},
    consume: async () => {},
    revokeByGrantId: async () => {},
    findByUserCode: async () => undefined,
    findByUid: async () => undefined,
  };
}
