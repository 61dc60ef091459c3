// Calls the provider makes to clients (back-channel logout). oidc-provider hands over a dispatcher
// that cuts sockets to private and loopback addresses, so that no registered address can make the
// broker reach into its own network. Hosts of ours that live there are named one by one.

type Fetch = (url: string | URL, options?: RequestInit) => Promise<Response>;

/** @param intranetHosts exact `host:port` values (or `host` for the scheme's port) that may be private */
export function createClientFetch(intranetHosts: readonly string[]): Fetch {
  return (url, options = {}) => {
    if (!intranetHosts.includes(new URL(url).host)) return fetch(url, options);
    // `dispatcher` is undici's addition to RequestInit; without it the global one connects.
    const { dispatcher: _guarded, ...plain }: RequestInit & { dispatcher?: unknown } = options;
    return fetch(url, plain);
  };
}
