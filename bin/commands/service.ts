import { readFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { z } from 'zod';
import { listClients, saveClient } from '../../adapters/oidc-storage/clients.ts';
import type { RegisteredClient } from '../../adapters/oidc-storage/clients.ts';
import { recordAccess } from '../../audit/record.ts';
import { publishedCatalogue } from '../../catalogue/published.ts';
import { Refusal } from '../../errors.ts';
import { signOnMetadata } from '../../provider/sign-on.ts';
import { hotlineMetadata } from '../../provider/token-exchange.ts';
import { OWN_CLIENT_ID } from '../../web/own-sign-in.ts';
import { table, withDatabase, withKeys } from './ground.ts';
import { deskOf } from './service-desk.ts';
import { keygenCommand } from './service-keygen.ts';

// Public members of an EC or RSA key; a private member is refused so that no secret is stored.
const publicJwk = z
  .looseObject({ kty: z.enum(['EC', 'RSA']), kid: z.string().min(1) })
  .refine((key) => !('d' in key), 'the key set holds a private key: give the public one');
const keySet = z.object({ keys: z.array(publicJwk).min(1) });

type Options = {
  kind: 'portal' | 'service' | 'miniapp' | 'sign-on' | 'desk' | 'hotline';
  name: string;
  jwks?: string;
  redirectUri: string[];
  logoutUri: string[];
  backchannelLogoutUri?: string;
  service?: string;
  origin: string[];
  scope: string[];
};

const collect = (value: string, all: string[]) => [...all, value];

export function serviceCommand(): Command {
  const service = new Command('service').description(
    'clients and services that may ask the broker for tokens',
  );
  service.addCommand(keygenCommand());
  service
    .command('list')
    .description('registered clients')
    .action(async () => {
      const rows = await withDatabase(listClients);
      const cells = rows.map((row) => [
        row.client_id,
        row.kind,
        row.class,
        row.service_id ?? '',
        row.created_at.toISOString(),
        row.disabled_at === null ? '' : 'disabled',
      ]);
      process.stdout.write(`${table(['client', 'kind', 'class', 'service', 'since', ''], cells)}\n`);
    });
  service
    .command('add <client-id>')
    .description('register a portal, a service or the mini app; the same id again replaces it')
    .addOption(
      new Option(
        '--kind <kind>',
        'portal: signs citizens in · service: checks tokens · miniapp: the Zalo mini app · sign-on: a web server that only asks who signs in · desk: a hotline or counter that asks for a citizen on the telephone · hotline: answers citizens who write to it on Zalo',
      )
        .choices(['portal', 'service', 'miniapp', 'sign-on', 'desk', 'hotline'])
        .makeOptionMandatory(),
    )
    .requiredOption('--name <name>', 'name shown to citizens')
    .option('--jwks <file>', 'file with the public keys (JWKS) for private_key_jwt')
    .option('--redirect-uri <url>', 'exact address to return to; may be repeated', collect, [])
    .option('--logout-uri <url>', 'address to return to after logging out; may be repeated', collect, [])
    .option('--backchannel-logout-uri <url>', 'told when the citizen logs out')
    .option(
      '--service <code>',
      'code of the service in the catalogue (kind service; kind hotline, whose citizens it asks for; kind portal, to be given personal claims)',
    )
    .option(
      '--origin <origin>',
      'browser origin that may call the token endpoint; may be repeated',
      collect,
      [],
    )
    .option('--scope <scope>', 'scope a desk may ask for (kind desk); may be repeated', collect, [])
    .action(async (clientId: string, options: Options) => {
      const client = await clientOf(clientId, options);
      const now = new Date();
      await withKeys((db, _envelope, origin) =>
        db.transaction(async () => {
          await saveClient(db, client, now);
          await recordAccess(
            db,
            origin,
            {
              kind: 'service.added',
              outcome: 'ok',
              actor: 'operator',
              clientId,
              serviceId: client.serviceId,
              details: { client: clientId, kind: client.kind },
            },
            now,
          );
        }),
      );
      process.stdout.write(`${clientId} may now ask for tokens\n`);
    });
  return service;
}

async function clientOf(clientId: string, options: Options): Promise<RegisteredClient> {
  if (clientId === OWN_CLIENT_ID) throw new Refusal('invalid', `${OWN_CLIENT_ID} is the broker itself`);
  if (!/^[a-z0-9][a-z0-9-]{1,62}$/.test(clientId))
    throw new Refusal('invalid', 'a client id is 2 to 63 lower-case letters, digits and hyphens');
  for (const uri of [...options.redirectUri, ...options.logoutUri, options.backchannelLogoutUri ?? []].flat())
    checkAddress(uri);
  const jwks = options.jwks === undefined ? undefined : await readKeys(options.jwks);
  if (options.kind !== 'miniapp' && jwks === undefined)
    throw new Refusal('invalid', '--jwks is needed: there are no shared secrets');
  if (options.service !== undefined && ['miniapp', 'sign-on', 'desk'].includes(options.kind))
    throw new Refusal(
      'invalid',
      '--service is for portals and services: this kind is given no personal claims',
    );
  if (options.kind !== 'desk' && options.scope.length > 0)
    throw new Refusal('invalid', '--scope is for desks: others ask for what the catalogue allows');
  if (options.kind === 'desk')
    return deskOf({ clientId, name: options.name, jwks: jwks ?? { keys: [] }, scopes: options.scope });
  if (!['service', 'hotline'].includes(options.kind) && options.redirectUri.length === 0)
    throw new Refusal('invalid', '--redirect-uri is needed');
  const metadata = {
    client_id: clientId,
    client_name: options.name,
    ...(jwks === undefined ? {} : { jwks }),
  };
  switch (options.kind) {
    case 'service': {
      const machine = {
        redirect_uris: [],
        response_types: [],
        grant_types: ['client_credentials'],
        require_pushed_authorization_requests: false,
      };
      return {
        clientId,
        kind: 'service',
        class: 'service',
        serviceId: await serviceIdOf(options.service ?? ''),
        metadata: { ...metadata, ...machine },
      };
    }
    case 'hotline':
      return {
        clientId,
        kind: 'hotline',
        class: 'first_party',
        serviceId: await serviceIdOf(options.service ?? ''),
        metadata: { ...metadata, ...hotlineMetadata() },
      };
    case 'portal':
    case 'sign-on': {
      const logout =
        options.backchannelLogoutUri === undefined
          ? {}
          : {
              backchannel_logout_uri: options.backchannelLogoutUri,
              // Which browser logged out, or a portal would end them all.
              backchannel_logout_session_required: true,
            };
      const uris = { redirect_uris: options.redirectUri, post_logout_redirect_uris: options.logoutUri };
      const registration = { ...metadata, ...uris, ...logout };
      if (options.kind === 'portal') {
        const serviceId = options.service === undefined ? undefined : await serviceIdOf(options.service);
        return { clientId, kind: 'portal', class: 'gov_portal', serviceId, metadata: registration };
      }
      const signOn = { ...signOnMetadata, grant_types: [...signOnMetadata.grant_types], response_types: [...signOnMetadata.response_types] }; // prettier-ignore
      return { clientId, kind: 'sign-on', class: 'sign_on', serviceId: undefined, metadata: { ...registration, ...signOn } }; // prettier-ignore
    }
    case 'miniapp': {
      const open = {
        token_endpoint_auth_method: 'none' as const,
        grant_types: ['authorization_code'],
        require_pushed_authorization_requests: false,
      };
      return {
        clientId,
        kind: 'miniapp',
        class: 'first_party',
        serviceId: undefined,
        metadata: {
          ...metadata,
          ...open,
          redirect_uris: options.redirectUri,
          allowed_origins: options.origin,
        },
      };
    }
  }
}

async function serviceIdOf(code: string): Promise<string> {
  // What is in force: a service that only stands in a file would get no token.
  const files = new URL('../../policies/services', import.meta.url).pathname;
  const catalogue = await withDatabase((db) => publishedCatalogue(db, files));
  const service = catalogue.serviceByCode.get(code);
  if (service !== undefined) return service.id;
  throw new Refusal('invalid', `--service must be one of: ${[...catalogue.serviceByCode.keys()].join(', ')}`);
}

function checkAddress(text: string): void {
  const url = URL.parse(text);
  const local = url?.protocol === 'http:' && ['localhost', '127.0.0.1'].includes(url.hostname);
  if (url === null || (url.protocol !== 'https:' && !local) || url.hash !== '' || url.username !== '') {
    throw new Refusal('invalid', `not an https address without fragment: ${text}`);
  }
}

async function readKeys(file: string): Promise<z.infer<typeof keySet>> {
  const parsed = keySet.safeParse(await readFile(file, 'utf8').then(JSON.parse, () => undefined));
  if (parsed.success) return parsed.data;
  throw new Refusal(
    'invalid',
    `${file} is not a public key set: ${parsed.error.issues.map((issue) => issue.message).join('; ')}`,
  );
}
