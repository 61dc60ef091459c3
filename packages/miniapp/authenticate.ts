// Reads WWW-Authenticate (RFC 9110 §11.6.1): several challenges in one header, quoted strings with
// escapes, any case, `key = value` with spaces, and a token68 that is nobody's parameter.

export type AuthChallenge = {
  /** Lower case. */
  readonly scheme: string;
  /** Names in lower case. Of a doubled one the first counts. */
  readonly parameters: ReadonlyMap<string, string>;
};

const name = String.raw`[!#$%&'*+.^_\x60|~0-9A-Za-z-]+`;
const parameter = new RegExp(
  `^(${name})[ \\t]*=[ \\t]*(?:"((?:[^"\\\\]|\\\\.)*)"|(${name}))(?=[ \\t]*(?:,|$))`,
);
const scheme = new RegExp(`^(${name})(?:[ \\t]+|(?=,|$))`);
const token68 = /^[A-Za-z0-9._~+/-]+=*(?=[ \t]*(?:,|$))/;

/** Every challenge of the header, in its order. What cannot be read ends the list, and nothing is guessed. */
export function readAuthenticate(header: string): AuthChallenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  let rest = header;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    const found = pattern.exec(rest);
    if (found !== null) rest = rest.slice(found[0].length);
    return found;
  };
  while (take(/^[ \t,]*/) !== null && rest !== '') {
    const current = challenges.at(-1);
    const pair = current === undefined ? null : take(parameter);
    if (pair !== null) {
      const [, key = '', quoted, plain = ''] = pair;
      const value = quoted?.replaceAll(/\\(.)/g, '$1') ?? plain;
      if (current?.parameters.has(key.toLowerCase()) === false)
        current.parameters.set(key.toLowerCase(), value);
      continue;
    }
    const next = take(scheme);
    if (next === null) break;
    challenges.push({ scheme: (next[1] ?? '').toLowerCase(), parameters: new Map() });
    if (parameter.exec(rest) === null) take(token68);
  }
  return challenges;
}

export type ServiceAnswer =
  | { readonly error: 'use_dpop_nonce' | 'invalid_token'; readonly description: string | undefined }
  | { readonly error: 'insufficient_scope'; readonly scope: string }
  | {
      readonly error: 'insufficient_user_authentication';
      readonly acrValues: string | undefined;
      readonly maxAge: number | undefined;
      readonly scope: string | undefined;
    };

/** What a service asks of us (protocol §4), from its first DPoP challenge we know what to do with. */
export function readServiceAnswer(response: Response): ServiceAnswer | undefined {
  for (const { scheme: kind, parameters } of readAuthenticate(
    response.headers.get('www-authenticate') ?? '',
  )) {
    const error = parameters.get('error');
    const scope = parameters.get('scope');
    if (kind !== 'dpop') continue;
    if (error === 'use_dpop_nonce' || error === 'invalid_token')
      return { error, description: parameters.get('error_description') };
    if (error === 'insufficient_scope' && scope !== undefined) return { error, scope };
    if (error !== 'insufficient_user_authentication') continue;
    const maxAge = parameters.get('max_age');
    // Digits only: Number() also takes "1e3" and "".
    const seconds = maxAge !== undefined && /^\d{1,9}$/.test(maxAge) ? Number(maxAge) : undefined;
    return { error, acrValues: parameters.get('acr_values'), maxAge: seconds, scope };
  }
  return undefined;
}
