// What a service says of itself (RFC 9728) and what the catalogue says of the route that is tried.

import { decodeJwt } from 'jose';
import { z } from 'zod';

const metadataSchema = z.object({ resource: z.url(), authorization_servers: z.array(z.url()) });
const routeSchema = z.object({ method: z.string(), path: z.string() });
const catalogueSchema = z.object({
  services: z.array(
    z.object({ id: z.string(), tokens: z.enum(['jwt', 'opaque']), public: z.array(routeSchema).default([]) }),
  ),
  actions: z.array(
    z.object({
      action: z.string(),
      service: z.string(),
      http: z.array(routeSchema),
      require: z.object({ level: z.number(), maxAge: z.number().optional(), scopes: z.array(z.string()) }),
    }),
  ),
});

export type ServiceFacts = {
  readonly resource: string;
  readonly tokens: 'jwt' | 'opaque';
  readonly action: string;
  readonly level: number;
  readonly maxAge: number | undefined;
  readonly scopes: readonly string[];
  /** A scope of the same service that level 1 carries, to be turned away with. */
  readonly lowScope: string | undefined;
};

/** @throws Error with a sentence for the developer */
export async function readServiceFacts(issuer: string, method: string, url: URL): Promise<ServiceFacts> {
  const metadata = await fetch(new URL('/.well-known/oauth-protected-resource', url))
    .then((response) => response.json())
    .then((body: unknown) => metadataSchema.parse(body))
    .catch(() => {
      throw new Error(
        `${url.origin}/.well-known/oauth-protected-resource không trả lời đúng: dịch vụ đã chạy chưa?`,
      );
    });
  if (!metadata.authorization_servers.includes(issuer))
    throw new Error(`dịch vụ tin ${metadata.authorization_servers.join(', ')}, không tin ${issuer}`);
  const published = await fetch(`${issuer}/.well-known/tayninh-service-catalogue`);
  const { services, actions } = catalogueSchema.parse(decodeJwt(await published.text()));
  const service = services.find(({ id }) => id === metadata.resource);
  if (service === undefined)
    throw new Error(
      `${metadata.resource} không có trong danh mục đang dùng: xem lại audience; tệp vừa thêm hay vừa sửa thì khởi động lại bin/demo`,
    );
  if (service.public.some((route) => route.method === method && matches(route.path, url.pathname)))
    throw new Error(`${method} ${url.pathname} là đường công khai: ai cũng vào được, không có gì để thử`);
  const action = actions.find(
    (one) =>
      one.service === service.id &&
      one.http.some((route) => route.method === method && matches(route.path, url.pathname)),
  );
  if (action === undefined)
    throw new Error(`${method} ${url.pathname} không thuộc việc nào của ${service.id} trong danh mục`);
  const { level, maxAge, scopes } = action.require;
  const low = actions.find((one) => one.service === service.id && one.require.level === 1);
  const lowScope = level === 2 ? low?.require.scopes[0] : undefined;
  return {
    resource: service.id,
    tokens: service.tokens,
    action: action.action,
    level,
    maxAge,
    scopes,
    lowScope,
  };
}

function matches(pattern: string, path: string): boolean {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  return (
    wanted.length === given.length && wanted.every((part, i) => part.startsWith('{') || part === given[i])
  );
}
