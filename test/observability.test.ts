import test from 'ava';
import { createLog } from '../operations/log.ts';

function logged(
  facts: Record<string, unknown>,
  event = 'test',
): { line: string; parsed: Record<string, unknown> } {
  const lines: string[] = [];
  createLog('debug', { write: (line: string) => void lines.push(line) })('info', event, facts);
  const line = lines.join('');
  const parsed: unknown = JSON.parse(line);
  return { line, parsed: parsed as Record<string, unknown> }; // pino writes one JSON object
}

const JWT = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl';
const OPAQUE = 'pQ3vX_7yK-2mN9bT4wZ8cR1dF6gH5jL0sA3eU7iO2kY';

const secretNames = [
  'authorization', 'cookie', 'set-cookie', 'dpop', 'password', 'secret', 'client_secret', 'client_assertion',
  'code', 'code_verifier', 'access_token', 'refresh_token', 'id_token', 'token', 'otp', 'state', 'nonce', 'phone',
  'e164', 'to', 'personalNumber', 'personal_number', 'name', 'birthdate', 'text',
]; // prettier-ignore
for (const name of secretNames) {
  test(`a field called ${name} is not written, at any of three depths`, (t) => {
    const value = 'x7-secret';
    const { line } = logged({ [name]: value, a: { [name]: value, b: { [name]: value } } });
    t.false(line.includes(value));
  });
}

const leaks: readonly [title: string, text: string, secret: string][] = [
  ['a signed token', `refused ${JWT} here`, 'eyJhbGci'],
  ['an opaque token', `no such token ${OPAQUE}`, OPAQUE],
  ['a bearer credential however short', 'Authorization: Bearer abc.def', 'abc.def'],
  ['a DPoP credential', 'DPoP short-one', 'short-one'],
  ['a code in an address', 'GET /zalo/ve?code=Zx81kk&state=q1w2', 'Zx81kk'],
  ['a state in an address', 'GET /zalo/ve?code=Zx81kk&state=q1w2', 'q1w2'],
  ['a one-time code', 'the person typed 048213.', '048213'],
  ['the message with its code', '048213 la ma xac nhan nop ho so TN-48', '048213'],
  ['a personal number', 'register said 999190000011 is unknown', '999190000011'],
  ['a phone', 'cannot send to 0912345678', '912345678'],
  ['a phone with its country code', 'cannot send to +84912345678', '912345678'],
  ['a phone without the plus', 'cannot send to 84912345678', '912345678'],
  ['a phone as people write it', 'cannot send to 0912 345 678', '345 678'],
  ['a phone with dots', 'cannot send to 0912.345.678', '345.678'],
];
for (const [title, text, secret] of leaks) {
  test(`${title} in free text is taken out`, (t) => {
    const nested = { message: text, cause: { message: text, list: [text, { detail: text }] } };
    t.false(logged({ message: text }).line.includes(secret), 'at the top');
    t.false(logged({ error: nested }).line.includes(secret), 'inside other facts');
    t.false(logged({ error: new Error(text) }).line.includes(secret), 'in an error');
    t.false(logged({ stack: `Error: ${text}\n    at file.ts:1:1` }).line.includes(secret), 'in a stack');
  });
}

test('line ends, escapes and text direction marks cannot forge or hide a line', (t) => {
  const text = 'a\r\n{"level":"error","event":"forged"}\u001b[31mred\u009b0m\u2028b\u202eevil\u0000';
  const { line, parsed } = logged({ message: text, deep: { message: text } });
  t.is(line.trimEnd().split('\n').length, 1);
  t.is(parsed['event'], 'test');
  for (const mark of ['\r', '\u001b', '\\u001b', '\u009b', '\u2028', '\u202e', '\\u0000', '\\n'])
    t.false(line.trimEnd().includes(mark), JSON.stringify(mark));
});

test('what an operator needs is left as it is', (t) => {
  const facts = {
    event: 'request',
    milliseconds: 123456,
    status: 503,
    method: 'POST',
    path: '/interaction/V1StGXR8_Z5jdHi6B-myT/nhap-ma',
    client: 'cong-dvc-2026',
    service: 'https://hoso.dichvu.tayninh.gov.vn',
    kid: 'token-2026-11-22-123456',
    at: '2026-11-22T13:45:57.123456Z',
    eventId: '01a20381-a283-7c11-9d0a-4f7a2c1b9e55',
    count: 912345678,
    port: 8080,
    catalogue: 'cat-2026-11-22#1234',
    epoch: '1795355157123',
    deep: { failure: 'ECONNREFUSED 127.0.0.1:5432', numbers: [1, 2] },
    none: null,
    ok: true,
  };
  const { parsed } = logged(facts, 'request');
  for (const [name, value] of Object.entries(facts)) t.deepEqual(parsed[name], value, name);
  t.is(parsed['level'], 'info');
  t.regex(String(parsed['time']), /^\d{4}-\d{2}-\d{2}T/);
});

test('facts that refer to themselves are cut, not followed', (t) => {
  const loop: Record<string, unknown> = { status: 1 };
  loop['self'] = loop;
  const { parsed } = logged({ loop });
  t.is((parsed['loop'] as Record<string, unknown>)['status'], 1); // written above
});

test('lines below the chosen level are not written', (t) => {
  const lines: string[] = [];
  const log = createLog('warn', { write: (line: string) => void lines.push(line) });
  log('info', 'quiet');
  log('warn', 'loud');
  t.is(lines.length, 1);
});
