// What the program means to run at once, and rejections that nothing handles.
//
// Start at `install`.
'use strict';

const places = require('./places.cjs');
const wire = require('./wire.cjs');

// Narrower lists are no sign of intent.
const LEAST = 2;
let widest = LEAST - 1;

const report = wire.safe(function report(list) {
  // An iterator can be read only once, and that is not for the probe to do.
  if (!Array.isArray(list) || list.length <= widest) return;
  const place = places.ownPlace();
  if (place) {
    widest = list.length;
    wire.emit('gather', { n: widest, place });
  }
});

function wrap(name) {
  const original = Promise[name];
  const wrapper = {
    [name](list) {
      report(list);
      return original.call(this, list);
    },
  };
  const descriptor = Object.getOwnPropertyDescriptor(Promise, name);
  Object.defineProperty(Promise, name, { ...descriptor, value: wrapper[name] });
}

function install() {
  wrap('all');
  wrap('allSettled');
  // A handler of `unhandledRejection` would keep the program alive, so this only watches it fail.
  process.on('uncaughtExceptionMonitor', wire.safe(function failing(error, origin) {
    if (origin !== 'unhandledRejection') return;
    const name = error instanceof Error ? error.name : typeof error;
    wire.emit('lost_error', { error: String(name), coroutine: null, place: places.raisedAt(error) });
  }));
  return [];
}

module.exports = { install };
