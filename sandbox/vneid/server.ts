// A simulated national sign-on hub (WSO2 Identity Server in front of VNeID) as a real HTTP server.
// Contract identity-vn.md section 1; paths as in its table. Knobs: PUT, GET, DELETE /__sandbox/knobs.
// Another person: POST /__sandbox/citizens {personalNumber, name, birthdate}.

import { authorize, AUTHORIZE_PATH } from './authorize.ts';
import { z } from 'zod';
import { citizenSchema, vneidCitizen, vneidCitizens, type VneidCitizen } from './citizens.ts';
import { createSigningKeys, publishedKeys } from './id-token.ts';
import { knobSchema, type VneidKnobs } from './knobs.ts';
import type { HubState, VneidClient } from './state.ts';
import { token, userinfo } from './token.ts';
import { STYLE_PATH, stylesheet } from '../twin/page.ts';
import { json, parsedJson, startTwin, text, type Answer, type Asked, type Twin } from '../twin/server.ts';

export type VneidTwin = Twin<VneidKnobs> & {
  readonly issuer: string;
  readonly authorizationUrl: string;
  readonly tokenUrl: string;
  readonly userinfoUrl: string;
  readonly jwksUrl: string;
};

const faultPoints = new Map<string, VneidKnobs['fault.at']>([
  [AUTHORIZE_PATH, 'authorize'],
  ['/oauth2/token', 'token'],
  ['/oauth2/userinfo', 'userinfo'],
  ['/oauth2/jwks', 'jwks'],
]);

export async function startVneid(options: {
  /** 0 or absent: any free port. */
  readonly port?: number;
  readonly host?: string;
  readonly clients: readonly VneidClient[];
  readonly citizens?: readonly VneidCitizen[];
  readonly knobs?: Partial<VneidKnobs>;
}): Promise<VneidTwin> {
  const keys = createSigningKeys();
  const state: HubState = {
    clients: options.clients,
    citizens: [...(options.citizens ?? vneidCitizens)],
    signOns: new Map(),
    codes: new Map(),
    accessTokens: new Map(),
    assertionIds: new Set(),
  };
  const twin = await startTwin<VneidKnobs>({
    port: options.port,
    host: options.host,
    knobSchema,
    knobs: options.knobs,
    async answer(asked, { knobs, url }): Promise<Answer> {
      const moment = { knobs, url, issuer: issuerOf(url) };
      const answered = async (): Promise<Answer> => {
        switch (asked.path) {
          case AUTHORIZE_PATH:
            return authorize(asked, state);
          case '/oauth2/token':
            return token(asked, state, keys, moment);
          case '/oauth2/userinfo':
            return userinfo(asked, state, moment);
          case '/oauth2/jwks':
            return json(200, await publishedKeys(keys, knobs['keys.generation']));
          case '/oauth2/oidcdiscovery/.well-known/openid-configuration':
            return json(200, discovery(url));
          case '/oidc/logout':
            return text(200, 'Bạn đã đăng xuất.');
          case '/__sandbox/citizens':
            return addCitizen(asked, state);
          case STYLE_PATH:
            return stylesheet();
          default:
            return text(404, 'not found');
        }
      };
      const answer = await answered();
      if (faultPoints.get(asked.path) !== knobs['fault.at']) return answer;
      return { ...answer, fault: knobs['fault.kind'], delayMs: knobs['fault.delayMs'] };
    },
  });
  return {
    ...twin,
    issuer: issuerOf(twin.url),
    authorizationUrl: `${twin.url}${AUTHORIZE_PATH}`,
    tokenUrl: `${twin.url}/oauth2/token`,
    userinfoUrl: `${twin.url}/oauth2/userinfo`,
    jwksUrl: `${twin.url}/oauth2/jwks`,
  };
}

function addCitizen(asked: Asked, state: HubState): Answer {
  const given = citizenSchema.safeParse(asked.method === 'POST' ? parsedJson(asked) : undefined);
  if (!given.success) return json(400, { problem: z.prettifyError(given.error) });
  const citizen = vneidCitizen(given.data);
  const known = state.citizens.findIndex(({ sub }) => sub === citizen.sub);
  if (known >= 0) state.citizens.splice(known, 1);
  state.citizens.unshift(citizen);
  return json(201, { sub: citizen.sub });
}

// WSO2 names its token endpoint as the issuer.
function issuerOf(url: string): string {
  return `${url}/oauth2/token`;
}

function discovery(url: string): Record<string, unknown> {
  return {
    issuer: issuerOf(url),
    authorization_endpoint: `${url}${AUTHORIZE_PATH}`,
    token_endpoint: `${url}/oauth2/token`,
    userinfo_endpoint: `${url}/oauth2/userinfo`,
    jwks_uri: `${url}/oauth2/jwks`,
    end_session_endpoint: `${url}/oidc/logout`,
    response_types_supported: ['code'],
    grant_types_supported: ['authorization_code'],
    subject_types_supported: ['public'],
    scopes_supported: ['openid'],
    acr_values_supported: ['LoA1'],
    code_challenge_methods_supported: ['S256'],
    id_token_signing_alg_values_supported: ['RS256', 'ES256'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
  };
}
