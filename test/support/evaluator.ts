// A service that asks the evaluation endpoints with a token of its own.

import type { TestHouse } from './broker.ts';
import { ask, createService } from './rp.ts';
import type { Reply, Rp } from './rp.ts';

export type Evaluator = {
  readonly client: Rp;
  /** Sends a body as it is when it is text. */
  post(
    path: 'evaluation' | 'evaluations',
    body: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Reply>;
};

export async function createEvaluator(
  house: TestHouse,
  clientId: string,
  serviceId: string,
): Promise<Evaluator> {
  const client = await createService(house, clientId, serviceId);
  const tokens = await client.credentials({ scope: 'tn:evaluate' });
  const accessToken = String(tokens.body['access_token']);
  return {
    client,
    async post(name, body, headers = {}) {
      const path = `/access/v1/${name}`;
      const proof = await client.proof({ method: 'POST', path, accessToken });
      return ask(`${house.issuer}${path}`, {
        method: 'POST',
        headers: { authorization: `DPoP ${accessToken}`, dpop: proof, 'content-type': 'application/json', ...headers }, // prettier-ignore
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
    },
  };
}

/** A decision as it stands in an answer. */
export type Decision = {
  readonly decision: boolean;
  readonly context: {
    readonly acr_values?: string;
    readonly reason_admin?: { readonly rule: string; readonly failed: readonly string[] };
    readonly error?: { readonly status: number; readonly message: string };
  };
};
// Tests look at answers whose shape they assert.
export const decisionIn = ({ body }: Reply) => body as unknown as Decision;
export const decisionsIn = ({ body }: Reply) => (body['evaluations'] ?? []) as readonly Decision[];
export const failedIn = (reply: Reply): readonly string[] =>
  decisionIn(reply).context.reason_admin?.failed ?? [];
