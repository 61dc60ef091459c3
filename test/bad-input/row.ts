// One row of a table of wrong requests, and how it is judged.

import type { ExecutionContext } from 'ava';
import type { TestHouse } from '../support/broker.ts';
import type { Reply } from '../support/rp.ts';
import { changes, countRows } from './counts.ts';

/** What is wrong, the request, its status, and the error word or a piece of the page. */
export type Row = readonly [what: string, ask: () => Promise<Reply>, status: number | readonly number[], error?: string]; // prettier-ignore

const STACK = /\bat (?:async )?\S+ \(|node_modules|\.ts:\d+|PostgreSQL|syntax error|Error: |relation "/;

/** Sends each request, compares the answer, and sees that nothing was written and nothing was told. */
export async function judge(t: ExecutionContext, house: TestHouse, rows: readonly Row[]): Promise<void> {
  for (const [what, ask, wanted, error] of rows) {
    const before = await countRows(house.db);
    const reply = await ask();
    const said = `${what}: ${reply.status} ${reply.headers.get('location') ?? ''} ${reply.text.slice(0, 300)}`;
    t.true((typeof wanted === 'number' ? [wanted] : wanted).includes(reply.status), said);
    t.true(reply.status < 500, said);
    if (error !== undefined) {
      const inPlace = [reply.body['error'], new URL(reply.headers.get('location') ?? '', house.issuer).searchParams.get('error')]; // prettier-ignore
      t.true(
        inPlace.includes(error) || reply.text.includes(`>${error}<`) || reply.text.includes(error),
        said,
      );
    }
    t.notRegex(reply.text, STACK, said);
    t.deepEqual(changes(before, await countRows(house.db)), [], what);
  }
  t.deepEqual(house.logged.filter((line) => /"level":"error"/.test(line)), []); // prettier-ignore
}

/** The same request with each of these bodies or values. */
export const long = (length: number) => 'a'.repeat(length);
