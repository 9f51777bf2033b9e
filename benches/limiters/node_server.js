// Rate limiters of npm, each on its own path, with a log of every request: node node_server.js PORT LOG LIMITER
// The limiters allow 30 requests in five seconds. The packages are found with NODE_PATH.
'use strict';
const fs = require('fs');
const http = require('http');

const [port, logPath, limiter] = process.argv.slice(2);
const log = fs.createWriteStream(logPath);

// The fields in which a server states its limit.
const FIELDS = ['retry-after', 'ratelimit', 'ratelimit-policy', 'ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset',
  'x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset'];

function logged(handler) {
  return (request, answer) => {
    const began = Date.now() / 1000;
    // fastify passes all fields to writeHead, where the answer does not keep them.
    const writeHead = answer.writeHead;
    answer.writeHead = function (status, ...rest) {
      for (const [name, value] of Object.entries(rest.at(-1) ?? {})) answer.setHeader(name, value);
      return writeHead.call(this, status);
    };
    answer.on('close', () => {
      const stated = FIELDS.filter((name) => answer.hasHeader(name)).map((name) => [name, String(answer.getHeader(name))]);
      const line = { b: began, e: Date.now() / 1000, s: answer.statusCode, h: Object.fromEntries(stated) };
      log.write(JSON.stringify(line) + '\n');
    });
    handler(request, answer);
  };
}

function express(options) {
  const { rateLimit } = require('express-rate-limit');
  const app = require('express')();
  app.use(rateLimit({ windowMs: 5000, limit: 30, validate: false, keyGenerator: () => 'all', legacyHeaders: false, ...options }));
  app.use((_, answer) => answer.json({ ok: true }));
  return app;
}

function koa() {
  const Koa = require('koa');
  const app = new Koa();
  app.use(require('koa-ratelimit')({ driver: 'memory', db: new Map(), duration: 5000, max: 30, id: () => 'all', disableHeader: false }));
  app.use((context) => { context.body = { ok: true }; });
  return app.callback();
}

function fastify() {
  // fastify makes its own server, so its handler is taken from there.
  let handler;
  const app = require('fastify')({ serverFactory: (own) => { handler = own; return http.createServer(own); } });
  app.register(require('@fastify/rate-limit'), { max: 30, timeWindow: 5000, keyGenerator: () => 'all' });
  app.after(() => app.get('/', async () => ({ ok: true })));
  const ready = app.ready();
  return (request, answer) => ready.then(() => handler(request, answer));
}

// rate-limiter-flexible counts refused requests as well, and states milliseconds.
function flexible(options) {
  const { RateLimiterMemory } = require('rate-limiter-flexible');
  const rules = new RateLimiterMemory({ points: 30, duration: 5, ...options });
  return (_, answer) => {
    rules.consume('all').then(
      () => answer.end('{"ok": true}'),
      (state) => {
        answer.setHeader('Retry-After', String(Math.ceil(state.msBeforeNext / 1000)));
        answer.statusCode = 429;
        answer.end('Too Many Requests');
      },
    );
  };
}

const LIMITERS = {
  'express-none': () => express({ standardHeaders: false }),
  'express-legacy': () => express({ standardHeaders: false, legacyHeaders: true }),
  'express-draft-6': () => express({ standardHeaders: 'draft-6' }),
  'express-draft-7': () => express({ standardHeaders: 'draft-7' }),
  'express-draft-8': () => express({ standardHeaders: 'draft-8' }),
  'express-draft-8-503': () => express({ standardHeaders: 'draft-8', statusCode: 503 }),
  koa,
  fastify,
  flexible: () => flexible({}),
};

const server = http.createServer(logged(LIMITERS[limiter]()));
server.listen({ port: Number(port), host: '127.0.0.1', backlog: 1024 });
process.on('SIGTERM', () => log.end(() => process.exit(0)));
