// Step 8: hands the facts of a verified token to the one decide() that the broker uses as well.

import { decide, type CatalogueAction, type Decision } from '../../../policies/decide.ts';
import type { TokenFacts } from './claims.ts';

export function decideFor(
  action: CatalogueAction | undefined,
  token: TokenFacts,
  nowSeconds: number,
  acrBase: string,
): Decision {
  return decide(
    action,
    {
      acr: token.acr,
      authTime: token.authTime,
      amr: token.amr,
      identitySource: token.identitySource,
      scopes: token.scopes,
      purposes: token.purposes,
      clientId: token.clientId,
      clientClass: token.clientClass,
    },
    nowSeconds,
    acrBase,
  );
}
