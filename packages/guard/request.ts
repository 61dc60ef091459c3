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

/** Every value sent under a header name, in any case. */
export function headerValues(request: GuardRequest, name: string): string[] {
  const raw = request.rawHeaders;
  if (raw !== undefined) {
    return raw.filter((_, index) => index % 2 === 1 && raw[index - 1]?.toLowerCase() === name);
  }
  return Object.entries(request.headers)
    .filter(([key]) => key.toLowerCase() === name)
    .flatMap(([, value]) => value ?? []);
}
