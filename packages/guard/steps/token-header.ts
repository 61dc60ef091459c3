// Step 2: what a JWT says about itself, before any key is looked at (RFC 8725, RFC 9068 §4).
// Keys or key addresses inside the header are never used.

import { decodePart } from '../jws.ts';
import { createGenerations } from '../sources/generations.ts';

export type JwsHeader = { readonly kid: string };

const maxKidLength = 256;

// An issuer writes the same header into every token of a key. Only good ones are remembered, and only
// what they say; whether the key exists is asked each time.
const maxHeaderLength = 512;
const half = 64;
const read = createGenerations<JwsHeader>(half);

/** Undefined when the header does not say exactly: this type, ES256, a key of ours. */
export function readJwsHeader(part: string, type: string): JwsHeader | undefined {
  const key = `${type} ${part}`;
  const known = read.get(key);
  if (known !== undefined) return known;
  const header = parseHeader(part, type);
  if (header !== undefined && part.length <= maxHeaderLength) read.set(key, header);
  return header;
}

function parseHeader(part: string, type: string): JwsHeader | undefined {
  const header = decodePart(part);
  if (header === undefined) return undefined;
  const { typ, alg, kid } = header;
  if (typeof typ !== 'string' || !isType(typ.toLowerCase(), type)) return undefined;
  if (alg !== 'ES256' || 'crit' in header || 'b64' in header) return undefined;
  if (typeof kid !== 'string' || kid === '' || kid.length > maxKidLength) return undefined;
  return { kid };
}

// RFC 7515 §4.1.9: "application/" may be left out.
function isType(given: string, wanted: string): boolean {
  return given === wanted || given === `application/${wanted}`;
}
