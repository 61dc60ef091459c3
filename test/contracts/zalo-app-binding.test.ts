// Whether Zalo checks proofs, asked with a token that dies meanwhile.

import { createServer } from 'node:http';
import test from 'ava';
import { createZaloApp } from '../../adapters/zalo/app.ts';
import { anyFreePort } from '../../sandbox/ports.ts';

/** A Zalo that takes any proof, and a token that is good for so many calls. */
async function carelessZalo(goodFor: number) {
  let calls = 0;
  const server = createServer((_request, response) => {
    calls += 1;
    const body = calls <= goodFor ? { id: '9007199254740993001', error: 0 } : { error: 452 };
    response.end(JSON.stringify(body));
  });
  const port = await anyFreePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${port}`;
  const app = createZaloApp({ appId: '1234567890123456789', appSecret: 's3cret', oauthUrl: url, graphUrl: url }); // prettier-ignore
  return { app, close: () => server.close() };
}

for (const goodFor of [0, 1])
  test(`a token that dies after ${goodFor} calls does not pass for a proof that was checked`, async (t) => {
    const { app, close } = await carelessZalo(goodFor);
    t.teardown(close);
    t.not(await app.bindsApp('token'), 'enforced');
  });

test('a token that lives shows that no proof is checked', async (t) => {
  const { app, close } = await carelessZalo(2);
  t.teardown(close);
  t.is(await app.bindsApp('token'), 'ignored');
});
