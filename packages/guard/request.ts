// What the guard needs to know of an HTTP request, whatever framework the service uses.

export type GuardRequest = {
  readonly method: string;
  /** Path and query exactly as received, before any rewriting. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Node's name-value list. Without it a second Authorization header is invisible: Node keeps the first. */
  readonly rawHeaders?: readonly string[];
  /** The form body, if the service parsed one: a token must not hide there. */
  readonly body?: URLSearchParams;
};

/** Every value sent under a header name (given in lower case), in any case. */
export function headerValues(request: GuardRequest, name: string): string[] {
  const raw = request.rawHeaders;
  const values: string[] = [];
  if (raw !== undefined) {
    for (let index = 0; index + 1 < raw.length; index += 2) {
      const value = raw[index + 1];
      if (isNamed(raw[index], name) && value !== undefined) values.push(value);
    }
    return values;
  }
  for (const [key, value] of Object.entries(request.headers)) {
    if (value === undefined || !isNamed(key, name)) continue;
    if (typeof value === 'string') values.push(value);
    else values.push(...value);
  }
  return values;
}

// Most headers differ in length already.
function isNamed(header: string | undefined, name: string): boolean {
  return header !== undefined && header.length === name.length && header.toLowerCase() === name;
}
