// The one door to PostgreSQL: a pool, the `sql` tag, and the transaction of the running
// request carried in AsyncLocalStorage, so that oidc-provider's storage calls and our own
// statements commit together (decision 0006).

import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash } from 'node:crypto';
import knexFactory, { type Knex } from 'knex';
import pg from 'pg';
import { Refusal } from './errors.ts';
import { gather } from './gather.ts';

type Parameter = string | number | boolean | Date | Buffer | null | readonly string[] | object;
export type Statement = { readonly name: string; readonly text: string; readonly values: Parameter[] };
type Row = Record<string, unknown>;
type Ask<K, A> = (db: Database, keys: readonly K[]) => Promise<readonly A[]>;

export type Database = {
  /** All rows of a statement; on the running transaction if there is one. */
  rows<T extends Row = Row>(statement: Statement): Promise<T[]>;
  /** The first row, or undefined. */
  row<T extends Row = Row>(statement: Statement): Promise<T | undefined>;
  /** Number of rows written. Whoever consumes something once checks that it is 1. */
  run(statement: Statement): Promise<number>;
  /**
   * Asks for one key with a statement made for many, together with other requests that ask the same
   * now. `ask` answers in the order of the keys. Inside a transaction it is asked alone, in it; `write`
   * inside a request too, because a write opens the transaction.
   */
  together<K, A>(ask: Ask<K, A>, key: K, how?: 'write'): Promise<A>;
  /** Runs a statement whose text depends on its filters (built with `db.build`). */
  built<T extends Row = Row>(query: Knex.QueryBuilder): Promise<T[]>;
  readonly build: Knex;
  /** Commits when `work` returns, rolls back when it throws. Joins a running transaction. */
  transaction<T>(work: () => Promise<T>): Promise<T>;
  /**
   * One request: reads go straight to the pool, the first write opens a transaction that everything
   * after it joins. `work` says how it ends; a throw rolls back. Costs nothing when nothing is written.
   */
  request(work: () => Promise<'commit' | 'rollback'>): Promise<void>;
  /** Runs `work` outside any running transaction: for what must stay even if the request fails. */
  apart<T>(work: () => Promise<T>): Promise<T>;
  inTransaction(): boolean;
  /** Waits for a notification on `channel`; `heard` gets each payload. Reconnects by itself. */
  listen(channel: string, heard: (payload: string) => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
};

// A running transaction: no client until the first write. `last`: statements go one at a time, in the order
// of asking. `over`: it has ended, and what still runs in its context (a timer, a promise nobody awaited)
// must not reach a client that now serves another request.
type Frame = {
  readonly apart: boolean;
  client: Promise<pg.PoolClient> | undefined;
  last: Promise<unknown>;
  over: boolean;
};
const nothing = Promise.resolve();
const frameOf = (apart: boolean): Frame => ({ apart, client: undefined, last: nothing, over: false });

const names = new WeakMap<TemplateStringsArray, { name: string; text: string }>();

/**
 * A statement with numbered parameters. The text of one call site never changes, so it is sent
 * as a named prepared statement: parsed and planned once a connection (×1.4–2.3 on hot paths).
 */
export function sql(strings: TemplateStringsArray, ...values: (Parameter | undefined)[]): Statement {
  let known = names.get(strings);
  if (known === undefined) {
    const text = strings.reduce((all, part, i) => (i === 0 ? part : `${all}$${i}${part}`), '');
    known = { text, name: createHash('sha256').update(text).digest('base64url').slice(0, 20) };
    names.set(strings, known);
  }
  return { ...known, values: values.map((value) => value ?? null) };
}

/** Opens the pool. Nothing is contacted until the first statement. */
export function openDatabase(url: string, options: { maxConnections?: number } = {}): Database {
  const types: pg.CustomTypesConfig = {
    // Counters and sequence numbers of ours stay far below 2^53.
    getTypeParser: ((oid: number, format?: 'text' | 'binary'): unknown =>
      oid === 20
        ? (text: string) => Number(text)
        : pg.types.getTypeParser(oid, format ?? 'text')) as typeof pg.types.getTypeParser, // pg's overloads by format cannot be expressed in one arrow
  };
  const settings: pg.PoolConfig = {
    connectionString: url,
    connectionTimeoutMillis: 3_000,
    idleTimeoutMillis: 30_000,
    statement_timeout: 10_000,
    idle_in_transaction_session_timeout: 15_000,
    application_name: 'tayninh-id',
    types,
  };
  const pool = new pg.Pool({ ...settings, max: options.maxConnections ?? 10 });
  // `apart` takes its connections from here, always: transactions that hold all of the first pool
  // may be waiting for what somebody else does apart (the shared insert of replay.ts).
  const side = new pg.Pool({ ...settings, max: 4 });
  for (const one of [pool, side]) {
    one.on('error', () => {}); // an idle connection died; the next statement reports it
    // A connection that dies inside a transaction, between two statements: without a listener the
    // event would end the process.
    one.on('connect', (client) => client.on('error', () => {}));
  }
  const build = knexFactory({ client: 'pg' });
  const running = new AsyncLocalStorage<Frame | undefined>();

  // By who asks, and whether it must be apart. Types are lost in the map: an `ask` always meets its own.
  const gathered = { free: new Map<unknown, unknown>(), apart: new Map<unknown, unknown>() };

  const current = (): Frame | undefined => {
    const frame = running.getStore();
    return frame?.over === true ? undefined : frame;
  };

  const begin = async (from: pg.Pool): Promise<pg.PoolClient> => {
    const client = await from.connect();
    try {
      await client.query('begin');
      return client;
    } catch (error) {
      client.release(true);
      throw error;
    }
  };

  async function send<T extends Row>(statement: pg.QueryConfig, writes: boolean): Promise<pg.QueryResult<T>> {
    const frame = current();
    try {
      if (frame?.apart === true) return await side.query<T>(statement);
      if (frame !== undefined && (writes || frame.client !== undefined)) {
        frame.client ??= begin(pool);
        const client = await frame.client;
        const sent = frame.last.then(() => client.query<T>(statement));
        frame.last = sent.catch(() => {});
        return await sent;
      }
      return await pool.query<T>(statement);
    } catch (error) {
      throw translated(error);
    }
  }

  async function within<T>(work: () => Promise<T>, ending: (result: T) => 'commit' | 'rollback'): Promise<T> {
    const frame = frameOf(false);
    let result: T;
    try {
      result = await running.run(frame, work);
    } catch (error) {
      await end(frame, 'rollback').catch(() => {});
      throw translated(error);
    }
    await end(frame, ending(result));
    return result;
  }

  async function end(frame: Frame, how: 'commit' | 'rollback'): Promise<void> {
    frame.over = true;
    if (frame.client === undefined) return;
    const client = await frame.client.catch(() => undefined);
    if (client === undefined) return;
    let ended: pg.QueryResult;
    try {
      await frame.last;
      ended = await client.query(how);
      client.release();
    } catch (error) {
      client.release(true);
      throw translated(error);
    }
    // After a failed statement PostgreSQL answers COMMIT with ROLLBACK and no error: whoever swallowed
    // that failure must not believe that something was written.
    if (how === 'commit' && ended.command !== 'COMMIT')
      throw new Error('a statement of this transaction failed, so nothing was committed');
  }

  const database: Database = {
    build,
    rows: async <T extends Row>(statement: Statement) => (await send<T>(statement, false)).rows,
    row: async <T extends Row>(statement: Statement) => (await send<T>(statement, false)).rows[0],
    run: async (statement) => (await send(statement, true)).rowCount ?? 0,
    together: async <K, A>(ask: Ask<K, A>, key: K, how?: 'write') => {
      const frame = current();
      if (frame?.apart === false && (frame.client !== undefined || how === 'write')) {
        await opened(frame, pool);
        return (await ask(database, [key]))[0] as A; // one answer a key
      }
      const place = frame?.apart === true ? gathered.apart : gathered.free;
      const known = place.get(ask) as ((key: K) => Promise<A>) | undefined; // put there below, for this `ask`
      if (known !== undefined) return known(key);
      const own = frame?.apart === true ? frameOf(true) : undefined;
      const asking = gather((keys: readonly K[]) => running.run(own, () => ask(database, keys)));
      place.set(ask, asking);
      return asking(key);
    },
    built: async <T extends Row>(query: Knex.QueryBuilder) => {
      const { sql: text, bindings } = query.toSQL().toNative();
      return (await send<T>({ text, values: [...bindings] }, false)).rows;
    },
    inTransaction: () => current()?.client !== undefined,
    apart: (work) => running.run(frameOf(true), work),
    // A transaction inside a request joins it, and makes it begin: rows it locks must stay locked.
    transaction: async (work) => {
      const frame = current();
      if (frame === undefined || frame.apart) {
        const from = frame === undefined ? pool : side;
        return within(
          async () => {
            await opened(current(), from);
            return work();
          },
          () => 'commit',
        );
      }
      await opened(frame, pool);
      return work();
    },
    request: async (work) => {
      await within(work, (ending) => ending);
    },

    async listen(channel, heard) {
      let client: pg.Client | undefined;
      let stopped = false;
      const connect = async (): Promise<void> => {
        const fresh = new pg.Client({ connectionString: url, application_name: 'tayninh-id listen' });
        fresh.on('notification', (note) => heard(note.payload ?? ''));
        fresh.on('error', () => {
          if (client !== fresh) return; // a dying connection reports more than once
          client = undefined;
          void fresh.end().catch(() => {});
          again();
        });
        try {
          await fresh.connect();
          await fresh.query(`listen ${fresh.escapeIdentifier(channel)}`);
        } catch (error) {
          void fresh.end().catch(() => {});
          throw translated(error);
        }
        if (stopped) return fresh.end().catch(() => {});
        client = fresh;
        heard(''); // whatever happened while nobody listened
      };
      const again = (): void => {
        if (!stopped) setTimeout(() => void connect().catch(again), 1_000).unref();
      };
      await connect();
      return async () => {
        stopped = true;
        await client?.end().catch(() => {});
      };
    },

    close: async () => {
      await Promise.all([pool.end(), side.end(), build.destroy()]);
    },
  };
  return database;

  async function opened(frame: Frame | undefined, from: pg.Pool): Promise<void> {
    if (frame === undefined) return;
    frame.client ??= begin(from);
    await frame.client.catch((error: unknown) => {
      throw translated(error);
    });
  }
}

/** True for a unique violation of the named constraint or index (of any, when no name is given). */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  const fault = error instanceof Refusal ? error.cause : error;
  if (!(fault instanceof pg.DatabaseError) || fault.code !== '23505') return false;
  return constraint === undefined || fault.constraint === constraint;
}

// An outage is one refusal whatever its shape, so that every border answers 503 with
// Retry-After and no caller needs to know PostgreSQL's error codes.
function translated(error: unknown): unknown {
  if (error instanceof Refusal) return error;
  if (error instanceof pg.DatabaseError) {
    const outage = /^(08|53|57P|58|40001|40P01|57014|25006)/.test(error.code ?? '');
    return outage ? unavailable(error) : error;
  }
  if (!(error instanceof Error)) return error;
  const network = 'code' in error && typeof error.code === 'string' && /^E[A-Z]+$/.test(error.code);
  const driver =
    /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|not queryable|Query read timeout/.test(
      error.message,
    );
  return network || driver ? unavailable(error) : error;
}

function unavailable(cause: unknown): Refusal {
  return new Refusal('unavailable', 'the database cannot be reached', {
    reason: 'database',
    retryAfterSeconds: 2,
    cause,
  });
}
