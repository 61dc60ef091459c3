// Reads what carries files: a posted form (multipart/form-data), or JSON from the mini app. Taken whole
// and bounded before anything parses it; nothing touches the disk.

import { Busboy } from '@fastify/busboy';
import type { BusboyHeaders } from '@fastify/busboy';
import type { Context } from 'koa';
import { Refusal } from '../errors.ts';

/** A posted form with files (multipart/form-data) within bounds. */
export type Upload = {
  readonly fields: ReadonlyMap<string, string>;
  readonly files: ReadonlyMap<string, Buffer>;
};

const MOST_BYTES = 400 * 1024;
const MOST_PARTS = 12;
const PARSING_MS = 2_000;
/** Under this name a JSON body stands among the files. */
const WHOLE_BODY = 'tep';

/** @throws Refusal invalid for another type, too many bytes, doubled or too many parts */
export async function readUpload(ctx: Context): Promise<Upload> {
  const type = ctx.is('multipart/form-data', 'application/json');
  if (type === false || type === null) throw new Refusal('invalid', 'not an upload', { reason: 'type' });
  const body = await readBody(ctx);
  return type === 'application/json' ? jsonUpload(body) : formUpload(ctx.get('content-type'), body);
}

async function readBody(ctx: Context): Promise<Buffer> {
  if ((ctx.request.length ?? 0) > MOST_BYTES) throw tooLarge();
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  // An IncomingMessage without an encoding yields buffers.
  for await (const bytes of ctx.req as AsyncIterable<Buffer>) {
    sizeBytes += bytes.length;
    if (sizeBytes > MOST_BYTES) throw tooLarge();
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

// The token of the form is the member `csrf`; the rest is looked at by whoever wants the file.
function jsonUpload(body: Buffer): Upload {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString('utf8'));
  } catch {
    throw unreadable();
  }
  if (typeof parsed !== 'object' || parsed === null) throw unreadable();
  const csrf: unknown = Object.hasOwn(parsed, 'csrf') ? Reflect.get(parsed, 'csrf') : undefined;
  return {
    fields: new Map(typeof csrf === 'string' ? [['csrf', csrf]] : []),
    files: new Map([[WHOLE_BODY, body]]),
  };
}

function formUpload(contentType: string, body: Buffer): Promise<Upload> {
  const fields = new Map<string, string>();
  const files = new Map<string, Buffer>();
  return new Promise((resolve, reject) => {
    const fail = (refusal: Refusal) => {
      clearTimeout(timer);
      reject(refusal);
    };
    const add = <T>(to: Map<string, T>, name: string | undefined, value: T) => {
      if (name === undefined || name === '') return fail(unreadable());
      if (fields.has(name) || files.has(name)) return fail(new Refusal('invalid', 'a part came twice', { reason: 'doubled' })); // prettier-ignore
      to.set(name, value);
    };
    // A body that ends before its last boundary does not always end for the parser.
    const timer = setTimeout(() => fail(unreadable()), PARSING_MS);
    const parser = parserOf(contentType);
    if (parser === undefined) return fail(unreadable());
    parser.on('field', (name, value, nameTruncated, valueTruncated) => {
      if (nameTruncated || valueTruncated) return fail(tooLarge());
      add(fields, name, value);
    });
    parser.on('file', (name, stream) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => void chunks.push(chunk));
      stream.on('error', () => fail(unreadable()));
      stream.on('end', () => add(files, name, Buffer.concat(chunks)));
    });
    for (const limit of ['partsLimit', 'filesLimit', 'fieldsLimit'] as const)
      parser.on(limit, () => fail(new Refusal('invalid', 'too many parts', { reason: 'fields' })));
    parser.on('error', () => fail(unreadable()));
    parser.on('finish', () => {
      clearTimeout(timer);
      resolve({ fields, files });
    });
    parser.end(body);
  });
}

function parserOf(contentType: string): Busboy | undefined {
  const headers: BusboyHeaders = { 'content-type': contentType };
  const limits = { parts: MOST_PARTS, fields: MOST_PARTS, files: 4, fieldNameSize: 64, fieldSize: 4_096, fileSize: MOST_BYTES, headerPairs: 16, headerSize: 4_096 }; // prettier-ignore
  try {
    return new Busboy({ headers, limits });
  } catch {
    return undefined; // no boundary
  }
}

const tooLarge = () => new Refusal('invalid', 'the upload is too large', { reason: 'size' });
const unreadable = () => new Refusal('invalid', 'the upload cannot be read', { reason: 'upload' });
