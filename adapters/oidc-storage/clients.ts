// Clients are read on every request and change once a month: kept in the process, dropped when
// `tnid service add` notifies, and re-read after a minute in any case.

import { hash } from 'node:crypto';
import { z } from 'zod';
import type { Adapter, ClientMetadata } from 'oidc-provider';
import type { Database } from '../../database.ts';
import { sql } from '../../database.ts';

const KEEP_MS = 60_000;

export type ClientKind = 'portal' | 'miniapp' | 'service' | 'sign-on' | 'hotline' | 'desk';
export type ClientClass = 'first_party' | 'gov_portal' | 'service' | 'sign_on';
export type RegisteredClient = {
  readonly clientId: string;
  readonly kind: ClientKind;
  readonly class: ClientClass;
  readonly serviceId: string | undefined;
  readonly metadata: ClientMetadata;
  /** Of a desk only: its public keys, and the scopes its operators may ask for. */
  readonly desk?: Desk | undefined;
};
type Desk = { readonly keys: object; readonly scopes: readonly string[] };

export type Clients = {
  find(clientId: string): Promise<RegisteredClient | undefined>;
  adapter(): Adapter;
  forget(): void;
};

const metadata = z.looseObject({ client_id: z.string() });
const deskMetadata = z.looseObject({ jwks: z.looseObject({}), desk_scopes: z.array(z.string()) });
type Row = {
  client_id: string;
  kind: ClientKind;
  class: ClientClass;
  service_id: string | null;
  metadata: unknown;
};

/** `builtIn`: clients that are part of the broker itself; they belong to no service and have no class. */
export function openClients(
  db: Database,
  clock: () => number,
  builtIn: readonly ClientMetadata[] = [],
): Clients {
  let kept = new Map<string, { at: number; client: Promise<RegisteredClient | undefined> }>();

  const read = async (clientId: string): Promise<RegisteredClient | undefined> => {
    const row = await db.row<Row>(sql`
      select client_id, kind, class, service_id, metadata from oidc_client where client_id = ${clientId} and disabled_at is null`);
    if (row === undefined) return undefined;
    // The kind decides how strict the protocol is, so it comes from its own column and not from
    // the registration. The shape is checked by oidc-provider's own client schema.
    const parsed = { ...metadata.parse(row.metadata), tnid_kind: row.kind } as ClientMetadata;
    const known = { clientId, kind: row.kind, class: row.class, serviceId: row.service_id ?? undefined };
    if (row.kind !== 'desk') return { ...known, metadata: parsed };
    const { jwks: keys, desk_scopes: scopes, ...rest } = deskMetadata.parse(parsed);
    // The library takes the keys of such a client from an address only: see provider/desk.ts. It keeps them a
    // minute by that address, so other keys have another one.
    const at = hash('sha256', JSON.stringify(keys), 'hex');
    const given = {
      ...rest,
      jwks_uri: `https://${clientId}.desk.invalid/${at}`,
    } as unknown as ClientMetadata; // `parsed` with other keys
    return { ...known, metadata: given, desk: { keys, scopes } };
  };
  const find = async (clientId: string): Promise<RegisteredClient | undefined> => {
    // Whatever a stranger sends as a name; a NUL would be an error of the database's.
    if (!/^[\x21-\x7e]{1,100}$/.test(clientId)) return undefined;
    const known = kept.get(clientId);
    if (known !== undefined && clock() - known.at < KEEP_MS) return known.client;
    // Apart: transactions wait for this read, which must not wait for a connection that one of them holds.
    const client = db.apart(() => read(clientId));
    if (kept.size > 5_000) kept = new Map(); // strangers' names must not fill memory
    kept.set(clientId, { at: clock(), client });
    client.catch(() => kept.delete(clientId));
    return client;
  };

  return {
    find,
    forget() {
      kept = new Map();
    },
    adapter: () => ({
      find: async (id) => builtIn.find((client) => client.client_id === id) ?? (await find(id))?.metadata,
      upsert: refuse,
      destroy: refuse,
      consume: refuse,
      revokeByGrantId: async () => {},
      findByUserCode: async () => undefined,
      findByUid: async () => undefined,
    }),
  };
}

/** Adds or replaces a client. Used by the command line only; there is no registration endpoint. */
export async function saveClient(db: Database, client: RegisteredClient, now: Date): Promise<void> {
  await db.run(sql`
    insert into oidc_client (client_id, kind, class, service_id, metadata, created_at)
    values (${client.clientId}, ${client.kind}, ${client.class}, ${client.serviceId}, ${JSON.stringify(client.metadata)}, ${now})
    on conflict (client_id) do update set kind = excluded.kind, class = excluded.class, service_id = excluded.service_id,
      metadata = excluded.metadata, disabled_at = null`);
  await db.run(sql`select pg_notify('tnid_clients', '')`);
}

export const listClients = (db: Database) =>
  db.rows<{
    client_id: string;
    kind: string;
    class: string;
    service_id: string | null;
    created_at: Date;
    disabled_at: Date | null;
  }>(sql`
    select client_id, kind, class, service_id, created_at, disabled_at from oidc_client order by client_id`);

async function refuse(): Promise<undefined> {
  throw new Error('clients are written by the command line only');
}
