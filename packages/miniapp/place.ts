// Which address belongs to which service. A token may go to its own service and nowhere else, so
// this is asked before every call.

/** https, or this machine. */
export function isSafe(address: string): boolean {
  const url = parsed(address);
  if (url === undefined || url.username !== '' || url.password !== '') return false;
  return (
    url.protocol === 'https:' ||
    (url.protocol === 'http:' && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname))
  );
}

/** Whether `address` is `base` itself or lies beneath it: /me holds /me/consents and not /mean. */
export function liesIn(base: string, address: string): boolean {
  const [home, url] = [parsed(base), parsed(address)];
  if (home === undefined || url === undefined || !isSafe(base) || !isSafe(address)) return false;
  const folder = home.pathname.replace(/\/$/, '');
  return url.origin === home.origin && (url.pathname === folder || url.pathname.startsWith(`${folder}/`));
}

/** The service whose base holds the address; the longest where several do. */
export function serviceAt(bases: ReadonlyMap<string, string>, address: string): string | undefined {
  return [...bases]
    .filter(([, base]) => liesIn(base, address))
    .sort(([, one], [, other]) => other.length - one.length)[0]?.[0];
}

// Not URL.canParse: phones of 2022 do not have it.
function parsed(address: string): URL | undefined {
  try {
    return new URL(address);
  } catch {
    return undefined;
  }
}
