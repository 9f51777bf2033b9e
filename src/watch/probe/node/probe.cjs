// The probe of `inflight watch`: it runs inside a Node program and reports what its requests and event loop do.
//
// It only observes. Every observer catches its own errors. Without a monitor at the other end, nothing is touched.
// Start at `start`.
'use strict';

const wire = require('./wire.cjs');

/** Connects to the monitor; installs the hooks if it is there. */
exports.start = function start() {
  if (!wire.connect()) return;
  for (const [name, file] of [
    ['http', './http_client.cjs'],
    ['undici', './undici_client.cjs'],
    ['event loop', './turns.cjs'],
    ['promises', './promises.cjs'],
  ]) {
    try {
      wire.emit('hook', { name, lacks: require(file).install() });
    } catch (error) {
      wire.emit('hook', { name: null, lacks: [`${name}: ${error.message}`] });
    }
  }
  wire.flush();
};
