// The hook of `fetch`, and of undici as a package: both publish the same diagnostics channels.
//
// Start at `install`.
'use strict';

const channels = require('node:diagnostics_channel');
const { Exchange, errorName } = require('./exchange.cjs');
const turns = require('./turns.cjs');
const wire = require('./wire.cjs');

// Channels are kept, because early versions of Node 18 forget those that nothing refers to.
const kept = [];

/** Calls an observer for each message of a channel. */
function subscribe(name, observer) {
  const channel = channels.channel(name);
  kept.push(channel);
  channel.subscribe(wire.safe(observer));
}

// A shorter wait for a connection is none.
const NOTABLE = 0.005;

const exchanges = new WeakMap();
// Exchanges that wait for a connection, by host, and how many connections are being made there.
const waiting = new Map();
const usedSockets = new WeakSet();

function wait(host, exchange) {
  if (!waiting.has(host)) waiting.set(host, { connecting: 0, exchanges: new Set() });
  waiting.get(host).exchanges.add(exchange);
  exchange.host = host;
}

function begin(exchange, at) {
  const of = waiting.get(exchange.host);
  if (of) {
    of.exchanges.delete(exchange);
    if (!of.exchanges.size && of.connecting <= 0) waiting.delete(exchange.host);
  }
  exchange.begin(at);
}

function install() {
  subscribe('undici:request:create', function created({ request }) {
    const origin = String(request.origin);
    const exchange = new Exchange(request.method, origin + request.path);
    exchanges.set(request, exchange);
    wait(new URL(origin).host, exchange);
  });
  // A connection is made for the exchange that has waited longest, and that is in flight meanwhile.
  subscribe('undici:client:beforeConnect', function connecting({ connectParams }) {
    const of = waiting.get(connectParams.host);
    const [first] = of ? of.exchanges : [];
    if (first) {
      of.connecting += 1;
      begin(first, first.created);
      of.connecting -= 1;
    }
  });
  subscribe('undici:client:sendHeaders', function sent({ request, socket }) {
    const exchange = exchanges.get(request);
    if (!exchange) return;
    // Otherwise a connection was made for it, or it hardly waited.
    const waited = usedSockets.has(socket) && wire.now() - exchange.created > NOTABLE;
    begin(exchange, waited ? wire.now() : exchange.created);
    usedSockets.add(socket);
  });
  subscribe('undici:request:headers', function answered({ request, response }) {
    turns.divide();
    exchanges.get(request)?.answer(response.statusCode);
  });
  subscribe('undici:request:trailers', function ended({ request }) {
    turns.divide();
    exchanges.get(request)?.end();
  });
  subscribe('undici:request:error', function failed({ request, error }) {
    const exchange = exchanges.get(request);
    if (!exchange) return;
    begin(exchange, exchange.created);
    exchange.end(errorName(error));
  });
  return [];
}

module.exports = { install, subscribe };
