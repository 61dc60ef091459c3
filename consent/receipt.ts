// The receipt in the citizen's hand: a compact JWS whose payload follows ISO/IEC TS 27560
// (ledger design 2.2). Refusals and withdrawals get one too. The payload is built once; the same
// bytes are kept, signed and committed to.

import { sign } from 'node:crypto';
import type { CataloguePurpose, CatalogueService } from '../catalogue/catalogue.ts';
import type { SigningKey } from '../keys/signing-keys.ts';
import type { GivenBy } from './given-by.ts';

export type ConsentState = 'given' | 'renewed' | 'refused' | 'withdrawn';

export type ReceiptFacts = {
  readonly issuer: string;
  readonly receiptId: string;
  readonly eventId: string;
  readonly recordId: string;
  readonly version: number;
  readonly sub: string;
  readonly state: ConsentState;
  readonly by: GivenBy;
  /** The 16th birthday, on what was decided for a child. */
  readonly validUntil: Date | undefined;
  readonly at: Date;
  readonly acr: string;
  readonly purpose: CataloguePurpose;
  readonly service: CatalogueService;
  readonly notice: { readonly sha256: string; readonly language: 'vi' | 'en' };
  readonly logOrigin: string;
};

export function receiptPayload(facts: ReceiptFacts): Buffer {
  const { issuer, purpose, service, notice, recordId, at } = facts;
  const controller = `party:${service.code}`;
  return Buffer.from(
    JSON.stringify({
      iss: issuer,
      aud: service.id,
      sub: facts.sub,
      iat: Math.floor(at.getTime() / 1000),
      jti: facts.receiptId,
      schema_version: `${issuer}/schemas/consent-receipt/1`,
      conforms_to: 'https://w3id.org/dpv/schema/dpv-27560#receipt-record',
      record_id: recordId,
      record_version: facts.version,
      jurisdiction: 'VN',
      service: service.id,
      notice: {
        id: service.code,
        version: purpose.version,
        language: notice.language,
        url: `${issuer}/thong-bao/${notice.sha256}`,
        sha256: notice.sha256,
      },
      purposes: [
        {
          purpose_id: purpose.id,
          version: purpose.version,
          text: purpose.text[notice.language],
          dpv: 'https://w3id.org/dpv#ServiceProvision',
          lawful_basis: purpose.basis,
          pii: purpose.data.map((item) => ({
            pii_attribute_id: item.claim,
            pii_type: item.label[notice.language],
            optional: false,
            sensitive: item.class === 'sensitive',
          })),
          controllers: [controller],
          recipients: purpose.recipients,
          collection_method: 'broker-claims',
          storage_locations: ['VN'],
          retention_period: purpose.retention,
        },
      ],
      parties: [
        {
          party_id: controller,
          party_name: service.owner[notice.language],
          party_role: 'controller',
          party_type: 'public-authority',
          party_contact: service.contact,
        },
      ],
      withdrawal_method: { url: `${issuer}/toi/dong-y/${recordId}`, offline: 'Bộ phận một cửa' },
      privacy_rights: ['access', 'rectify', 'erase', 'restrict', 'object', 'complain'],
      event: {
        event_id: facts.eventId,
        event_time: at.toISOString(),
        event_type: 'explicit',
        event_state: facts.state,
        entity_id: facts.by.role === 'self' ? 'self' : 'representative',
        method: 'web-form',
        acr: facts.acr,
        ...(facts.validUntil === undefined ? {} : { valid_until: facts.validUntil.toISOString() }),
      },
      // The representation is named by its own number: neither person's.
      given_by: {
        role: facts.by.role,
        ...(facts.by.role === 'self' ? {} : { relationship_evidence_id: facts.by.guardianshipId }),
      },
      log: { origin: facts.logOrigin, max_merge_delay: 60 },
    }),
  );
}

/** Compact JWS over exactly these bytes. `typ` keeps a receipt from passing for any other token of ours. */
export function signReceipt(payload: Buffer, key: SigningKey): string {
  const header = { alg: 'ES256', typ: 'consent-receipt+jwt', kid: key.kid };
  const input = `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${payload.toString('base64url')}`;
  const signature = sign('sha256', Buffer.from(input), { key: key.privateKey, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}
