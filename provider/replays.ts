// The library finds, then saves; only our insert decides (adapters/oidc-storage/replay.ts), and it
// says so by a throw. Told as "seen before" the library answers by the rules of the place: 401
// invalid_client for an assertion (RFC 7521 4.2.1), 401 invalid_token at UserInfo.

import type { Provider } from 'oidc-provider';
import { errors } from 'oidc-provider';

export function answerReplays(provider: Provider): void {
  const { ReplayDetection } = provider;
  const insert = ReplayDetection.unique.bind(ReplayDetection);
  ReplayDetection.unique = async (issuer, jti, expiresAt) => {
    try {
      return await insert(issuer, jti, expiresAt);
    } catch (error) {
      if (error instanceof errors.InvalidGrant) return false;
      throw error;
    }
  };
}
