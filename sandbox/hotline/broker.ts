// The hotline as a client of Tây Ninh ID: it trades a citizen's signed message for a token that lets it see
// the state of that citizen's dossiers, asks the service, and forgets the token.

import { importJWK, type JWK } from 'jose';
import * as openid from 'openid-client';
import { z } from 'zod';
import { callService } from '../relying-party/call-service.ts';
import type { Dossier } from './answers.ts';

/** As it came from Zalo, byte for byte: written anew it would no longer verify. */
export type SignedEvent = { readonly raw: Buffer; readonly signature: string; readonly timestamp: string | undefined }; // prettier-ignore

export type Found =
  | { readonly outcome: 'found'; readonly dossiers: readonly Dossier[] }
  | { readonly outcome: 'link_required' | 'consent_required'; readonly address: string }
  | { readonly outcome: 'trouble' };

export type HotlineClient = {
  /** Trades the event, once, and asks the dossier service. */
  findDossiers(event: SignedEvent): Promise<Found>;
  /** Hands a link code on to the broker, which believes Zalo's signature and not us. */
  handOn(event: SignedEvent): Promise<void>;
};

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const EVENT = 'urn:tayninh:params:oauth:token-type:zalo-oa-event';
const SCOPE = 'svc:hoso:tinh-trang';

const dossiersSchema = z.object({
  hoSo: z.array(z.object({ ma: z.string(), trangThai: z.string() })),
});
const sentAway = z.object({
  error: z.literal('interaction_required'),
  reason: z.enum(['link_required', 'consent_required']),
  interaction_uri: z.url(),
});

export async function createHotlineClient(options: {
  readonly issuer: string;
  readonly clientId: string;
  readonly privateKey: JWK;
  readonly dossier: { readonly audience: string; readonly url: string };
}): Promise<HotlineClient> {
  const { issuer, clientId, privateKey, dossier } = options;
  const key = await importJWK(privateKey, 'ES256');
  if (key instanceof Uint8Array) throw new Error('the client key is not an ES256 key');
  const config = await openid.discovery(
    new URL(issuer),
    clientId,
    {},
    openid.PrivateKeyJwt(privateKey.kid === undefined ? key : { key, kid: privateKey.kid }),
    issuer.startsWith('http://localhost:') ? { execute: [openid.allowInsecureRequests] } : {},
  );
  const proofKey = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair('ES256'));

  const trade = ({ raw, signature, timestamp }: SignedEvent) =>
    openid.genericGrantRequest(
      config,
      EXCHANGE,
      {
        subject_token: raw.toString('base64url'),
        subject_token_type: EVENT,
        oa_signature: signature,
        ...(timestamp === undefined ? {} : { oa_timestamp: timestamp }),
        resource: dossier.audience,
        scope: SCOPE,
      },
      { DPoP: proofKey },
    );

  return {
    async findDossiers(event) {
      try {
        const { access_token: accessToken } = await trade(event);
        const answer = await callService({ accessToken, key: proofKey }, { method: 'GET', url: `${dossier.url}/tinh-trang` }); // prettier-ignore
        const found = dossiersSchema.safeParse(answer.outcome === 'done' ? answer.body : undefined);
        return found.success ? { outcome: 'found', dossiers: found.data.hoSo } : { outcome: 'trouble' };
      } catch (error) {
        const refused = sentAway.safeParse(error instanceof openid.ResponseBodyError ? error.cause : undefined); // prettier-ignore
        if (!refused.success) return { outcome: 'trouble' };
        return { outcome: refused.data.reason, address: refused.data.interaction_uri };
      }
    },
    async handOn({ raw, signature, timestamp }) {
      await fetch(`${issuer}/zalo/su-kien`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-zevent-signature': signature,
          ...(timestamp === undefined ? {} : { 'x-zevent-timestamp': timestamp }),
        },
        body: new Uint8Array(raw),
        signal: AbortSignal.timeout(5_000),
      }).then((response) => response.body?.cancel());
    },
  };
}
