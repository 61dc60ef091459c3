// What a check of a token seen before costs apart from its proof: header, memory, times, binding,
// watermark, decision, record, principal. The steps as judge.ts runs them.

import { isFinding } from '../packages/guard/answer.ts';
import { decodePart, sha256, splitJws } from '../packages/guard/jws.ts';
import type { GuardCatalogue, WatermarkFeed } from '../packages/guard/options.ts';
import type { GuardRequest } from '../packages/guard/request.ts';
import { principalOf } from '../packages/guard/result.ts';
import { watermarksFrom } from '../packages/guard/sources/feed.ts';
import { createTokenCache } from '../packages/guard/sources/token-cache.ts';
import { checkTimes, readClaims } from '../packages/guard/steps/claims.ts';
import { readCredentials } from '../packages/guard/steps/credentials.ts';
import { decideFor } from '../packages/guard/steps/decision.ts';
import { readKeyBinding } from '../packages/guard/steps/key-binding.ts';
import { newDecisionId, recordOf } from '../packages/guard/steps/record.ts';
import { checkWatermark } from '../packages/guard/steps/watermark.ts';
import { JWT_SERVICE } from './cast.ts';
import { coreMs } from './core-time.ts';

type Ground = {
  readonly issuer: string;
  readonly catalogue: GuardCatalogue;
  readonly feed: WatermarkFeed;
};

export function cacheWork(request: GuardRequest, { issuer, catalogue, feed }: Ground) {
  const cache = createTokenCache();
  const watermarks = watermarksFrom(feed);
  const once = (remember: boolean): string => {
    const at = new Date();
    const nowSeconds = Math.floor(at.getTime() / 1000);
    const credentials = readCredentials(request);
    if (isFinding(credentials)) throw new Error(credentials.why);
    const action = catalogue.actionByName.get('phananh.gui');
    const tokenHash = sha256(credentials.token);
    if (remember) {
      const payload = decodePart(splitJws(credentials.token)?.payload ?? '') ?? {};
      const read = readClaims(payload, { issuer, audience: JWT_SERVICE.id, needsJti: true });
      if (!isFinding(read)) cache.put(tokenHash, read, at);
    }
    const token = cache.get(tokenHash, at);
    if (token === undefined || checkTimes(token, nowSeconds) !== undefined) throw new Error('not kept');
    if (isFinding(readKeyBinding(token, credentials))) throw new Error('not bound');
    if (checkWatermark(token, action, watermarks, nowSeconds) !== undefined) throw new Error('ended');
    const decision = decideFor(action, token, nowSeconds, `${issuer}/acr/`);
    const id = newDecisionId();
    const record = recordOf({ id, action: 'phananh.gui', failed: decision.failed, tookMs: 0.01, age: decision.age, policy: catalogue.version }, token, at); // prettier-ignore
    return record.allow ? principalOf(token, decision).sub : '';
  };
  return (forSeconds: number): number => {
    once(true);
    const startedAt = coreMs();
    let count = 0;
    while (coreMs() - startedAt < forSeconds * 1000) {
      for (let i = 0; i < 1000; i += 1) if (once(false) === '') throw new Error('refused');
      count += 1000;
    }
    return (count / (coreMs() - startedAt)) * 1000;
  };
}
