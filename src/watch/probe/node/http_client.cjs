// The hook of the client of `node:http` and `node:https`, which axios, got and node-fetch use.
//
// Start at `install`.
'use strict';

const { errorMonitor } = require('node:events');
const http = require('node:http');
const { Exchange, errorName } = require('./exchange.cjs');
const { subscribe } = require('./undici_client.cjs');
const turns = require('./turns.cjs');
const wire = require('./wire.cjs');

const exchanges = new WeakMap();

const track = wire.safe(function track(request) {
  if (exchanges.has(request)) return;
  const host = request.getHeader('host') || request.host;
  const exchange = new Exchange(request.method, `${request.protocol}//${host}${request.path}`);
  exchanges.set(request, exchange);
  // This listener only observes: an error without another listener is thrown all the same.
  request.once(errorMonitor, wire.safe(function failed(error) { exchange.error = errorName(error); }));
  request.once('close', wire.safe(function closed() { exchange.end(endOf(request, exchange)); }));
});

/** A request that waits for a connection of its agent is not in flight. */
const begin = wire.safe(function begin(request) {
  const exchange = exchanges.get(request);
  if (!exchange || exchange.began !== undefined) return;
  const queues = Object.values((request.agent && request.agent.requests) || {});
  // It was added at the end.
  if (!queues.some((queue) => queue[queue.length - 1] === request)) exchange.begin(exchange.created);
  else request.once('socket', wire.safe(function connected() { exchange.begin(); }));
});

function endOf(request, exchange) {
  if (exchange.error) return exchange.error;
  if (exchange.head === undefined) return 'AbortError';
  return request.res && !request.res.complete ? 'ECONNRESET' : undefined;
}

function install() {
  const original = http.Agent.prototype.addRequest;
  const { addRequest } = {
    // Here the call of the program is still on the stack, and the wait for a connection begins.
    addRequest(request, ...words) {
      track(request);
      try {
        return original.call(this, request, ...words);
      } finally {
        begin(request);
      }
    },
  };
  Object.defineProperty(addRequest, 'length', { value: original.length, configurable: true });
  http.Agent.prototype.addRequest = addRequest;
  // An agent may have its own way of adding a request.
  subscribe('http.client.request.created', function created({ request }) { track(request); });
  subscribe('http.client.request.start', function started({ request }) {
    track(request);
    exchanges.get(request).begin();
  });
  subscribe('http.client.response.finish', function answered({ request, response }) {
    turns.divide();
    exchanges.get(request)?.answer(response.statusCode);
  });
  return [];
}

module.exports = { install };
