// oidc-provider's storage port on plain Maps: nothing durable, nothing evicted. The library's own
// memory adapter is an LRU of 1,000 entries, which loses clients and sessions under load.

import type { Adapter, AdapterPayload } from 'oidc-provider';

export function mapStorage(): (model: string) => Adapter {
  return () => {
    const rows = new Map<string, AdapterPayload>();
    const uids = new Map<string, string>();
    return {
      async upsert(id, payload) {
        rows.set(id, payload);
        if (payload.uid !== undefined) uids.set(payload.uid, id);
      },
      find: async (id) => rows.get(id),
      findByUid: async (uid) => rows.get(uids.get(uid) ?? ''),
      findByUserCode: async () => undefined,
      async consume(id) {
        const row = rows.get(id);
        if (row !== undefined) row.consumed = Math.floor(Date.now() / 1000);
      },
      async destroy(id) {
        rows.delete(id);
      },
      async revokeByGrantId(grantId) {
        for (const [id, row] of rows) if (row.grantId === grantId) rows.delete(id);
      },
    };
  };
}
