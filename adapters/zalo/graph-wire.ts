// What the Graph host is asked and answers (contract §3, §4.3).

import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { ZaloAppProfile } from '../../accounts/zalo-app.ts';
import { parsePhoneNumber } from '../../policies/phone-number.ts';
import type { ZaloRequest } from './transport.ts';
import {
  errorFields,
  failure,
  looseText,
  readBody,
  readError,
  success,
  type HttpAnswer,
  type Read,
} from './wire.ts';

// JSON.parse has already rounded a number, and null or '' linked strangers to one account
// elsewhere (Keycloak CVE-2026-82968). Zero and leading zeros are nobody's id.
const zaloIdSchema = z.string().regex(/^[1-9][0-9]{0,31}$/);

const profileSchema = z.object({
  ...errorFields,
  id: z.unknown().optional(),
  name: looseText,
  // Only where Zalo tells it; anything odd is nobody's id and no reason to refuse a login.
  is_sensitive: z.unknown().optional(),
  picture: z
    .object({ data: z.object({ url: looseText }) })
    .optional()
    .catch(undefined),
});

const phoneSchema = z.object({
  ...errorFields,
  // The same call decodes a place, whose answer has no number.
  data: z
    .object({ number: z.string().max(40).optional() })
    .nullish()
    .catch(undefined),
});

/** Lower-case hex HMAC-SHA256 of the token under the app secret (contract §3). */
export function appSecretProof(appSecret: string, accessToken: string): string {
  return createHmac('sha256', appSecret).update(accessToken).digest('hex');
}

/** `path` with its query. An `Authorization: Bearer` header would make the call anonymous (contract §1). */
export function graphCall(
  client: { readonly graphUrl: string; readonly appSecret: string },
  path: string,
  accessToken: string,
  proof = appSecretProof(client.appSecret, accessToken),
): ZaloRequest {
  const headers = { access_token: accessToken, appsecret_proof: proof };
  return { method: 'GET', url: `${client.graphUrl}${path}`, headers };
}

export function readProfileAnswer(appId: string, answer: HttpAnswer): Read<ZaloAppProfile> {
  const body = readBody('me', answer, profileSchema);
  if (!body.ok) return body;
  const refused = readError('me', answer, body.value);
  if (refused !== undefined) return refused;
  const zaloId = zaloIdSchema.safeParse(body.value.id);
  if (!zaloId.success) return failure('bad_identifier');
  return success({
    appId,
    zaloId: zaloId.data,
    name: shownName(body.value.name),
    picture: webAddress(body.value.picture?.data.url),
    // In doubt the person is in special care.
    isSensitive: ![undefined, null, false, 'false', 0, '0', ''].some((no) => no === body.value.is_sensitive),
  });
}

/** The number in E.164. Zalo writes 84…, seen 0… and +84…; another country's is no use here. */
export function readPhoneAnswer(answer: HttpAnswer): Read<string> {
  const body = readBody('me/info', answer, phoneSchema);
  if (!body.ok) return body;
  const refused = readError('me/info', answer, body.value);
  if (refused !== undefined) return refused;
  const number = body.value.data?.number;
  if (number === undefined || number === '') return failure('phone_refused');
  const phone = parsePhoneNumber(number);
  return phone.accepted ? success(phone.e164) : failure('phone_unusable');
}

// Written by the person, so it may be empty, blank or endless.
function shownName(name: string | undefined): string | undefined {
  const trimmed = name?.trim() ?? '';
  return trimmed === '' ? undefined : Array.from(trimmed).slice(0, 200).join('');
}

function webAddress(url: string | undefined): string | undefined {
  if (url === undefined || url.length > 2048 || !URL.canParse(url)) return undefined;
  return /^https?:$/.test(new URL(url).protocol) ? url : undefined;
}
