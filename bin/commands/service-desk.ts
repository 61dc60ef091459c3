// Registers a desk: a hotline or counter whose operators ask for citizens on the telephone (decision 0023).

import type { RegisteredClient } from '../../adapters/oidc-storage/clients.ts';
import { publishedCatalogue } from '../../catalogue/published.ts';
import { Refusal } from '../../errors.ts';
import { mayBeAssisted } from '../../policies/assisted.ts';
import { deskMetadata } from '../../provider/desk.ts';
import { withDatabase } from './ground.ts';

type Desk = {
  readonly clientId: string;
  readonly name: string;
  readonly jwks: NonNullable<RegisteredClient['metadata']['jwks']>;
  readonly scopes: readonly string[];
};

/** @throws Refusal invalid for a scope nobody can ask for by telephone, and for a desk that could ask for nothing */
export async function deskOf({ clientId, name, jwks, scopes }: Desk): Promise<RegisteredClient> {
  if (scopes.length === 0) throw new Refusal('invalid', '--scope is needed: what operators may ask for');
  const files = new URL('../../policies/services', import.meta.url).pathname;
  const catalogue = await withDatabase((db) => publishedCatalogue(db, files));
  const wrong = scopes.find((scope) => !mayBeAssisted(catalogue, [scope]));
  if (wrong !== undefined)
    throw new Refusal('invalid', `${wrong} is no scope, or one that is not given over the telephone (risk, method or hand-over)`); // prettier-ignore
  const metadata = {
    client_id: clientId,
    client_name: name,
    jwks,
    ...deskMetadata,
    grant_types: [...deskMetadata.grant_types],
    response_types: [],
    redirect_uris: [],
    desk_scopes: [...new Set(scopes)],
  };
  return { clientId, kind: 'desk', class: 'gov_portal', serviceId: undefined, metadata };
}
