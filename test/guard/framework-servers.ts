// One small service in each framework, over real HTTP: everything is behind the guard, and the answer
// says who came in.

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { serve } from '@hono/node-server';
import express from 'express';
import Fastify from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';
import * as onExpress from '../../packages/guard/frameworks/express.ts';
import * as onFastify from '../../packages/guard/frameworks/fastify.ts';
import * as onHono from '../../packages/guard/frameworks/hono.ts';
import * as onKoa from '../../packages/guard/frameworks/koa.ts';
import * as onNode from '../../packages/guard/frameworks/node.ts';
import * as onWeb from '../../packages/guard/frameworks/web.ts';
import { metadataPath, type Guard, type Principal } from '../../packages/guard/guard.ts';

export type Running = { readonly port: number; stop(): Promise<void> };
/** Without an action the catalogue's routes decide. */
export type Framework = (guard: Guard, action?: string) => Promise<Running>;

const answerTo = (principal: Principal | undefined): object => ({ sub: principal?.sub ?? null });
const formType = 'application/x-www-form-urlencoded';

async function listening(server: Server): Promise<Running> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A TCP server that is listening has an address object.
  const { port } = server.address() as AddressInfo;
  return {
    port,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

const node: Framework = (guard, action) => {
  const reply = (response: { end(body: string): unknown }, principal: Principal | undefined): void =>
    void response.end(JSON.stringify(answerTo(principal)));
  const all =
    action === undefined
      ? onNode.protect(guard, (_request, response, { principal }) => reply(response, principal))
      : onNode.protect(guard, action, (_request, response, { principal }) => reply(response, principal));
  const metadata = onNode.protectedResource(guard);
  return listening(
    createServer((request, response) => {
      if (request.url === metadataPath) metadata(request, response);
      else void all(request, response);
    }),
  );
};

const koa: Framework = (guard, action) => {
  const app = new Koa();
  const metadata = onKoa.protectedResource(guard);
  app.use(async (ctx, next) => {
    if (ctx.path === metadataPath) metadata(ctx);
    else await next();
  });
  app.use(async (ctx, next) => {
    // As body parsers for Koa do.
    if (ctx.is(formType))
      Object.assign(ctx.request, { body: Object.fromEntries(new URLSearchParams(await text(ctx.req))) });
    await next();
  });
  app.use(onKoa.protect(guard, action));
  app.use((ctx) => {
    ctx.body = answerTo(onKoa.findPrincipal(ctx));
  });
  const handle = app.callback();
  return listening(createServer((request, response) => void handle(request, response)));
};

const expressServer: Framework = (guard, action) => {
  const app = express();
  app.get(metadataPath, onExpress.protectedResource(guard));
  app.use(express.urlencoded({ extended: false }));
  // Mounted, so that Express rewrites `url`.
  app.use(onExpress.protect(guard, action), (request, response) => {
    response.json(answerTo(onExpress.findPrincipal(request)));
  });
  return listening(createServer(app));
};

const fastify: Framework = async (guard, action) => {
  const app = Fastify({ forceCloseConnections: true });
  app.addContentTypeParser(formType, { parseAs: 'string' }, (_request, body, done) =>
    done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  );
  app.get(metadataPath, onFastify.protectedResource(guard));
  app.all('*', { preHandler: onFastify.protect(guard, action) }, async (request) =>
    answerTo(onFastify.findPrincipal(request)),
  );
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo; // as above
  return { port, stop: () => app.close() };
};

const hono: Framework = async (guard, action) => {
  const app = new Hono();
  app.get(metadataPath, onHono.protectedResource(guard));
  app.use(onHono.protect(guard, action));
  app.all('*', (c) => c.json(answerTo(onHono.findPrincipal(c))));
  return serving(app.fetch);
};

const web: Framework = async (guard, action) => {
  const metadata = onWeb.protectedResource(guard);
  const all =
    action === undefined
      ? onWeb.protect(guard, (_request, principal) => Response.json(answerTo(principal)))
      : onWeb.protect(guard, action, (_request, principal) => Response.json(answerTo(principal)));
  return serving((request) => (new URL(request.url).pathname === metadataPath ? metadata() : all(request)));
};

async function serving(fetch: (request: Request) => Response | Promise<Response>): Promise<Running> {
  const server = serve({ fetch, port: 0, hostname: '127.0.0.1' });
  if (!server.listening) await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // as above
  return {
    port,
    async stop() {
      server.close();
      if ('closeAllConnections' in server) server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

export const frameworks: Readonly<Record<string, Framework>> = {
  'node:http': node,
  Koa: koa,
  Express: expressServer,
  Fastify: fastify,
  Hono: hono,
  'Web Request': web,
};
