// The thread that asks the main thread where it is, at ticks of 10 to 30 ms, while a request is in flight.
//
// The inspector runs the question in the middle of a blocked turn, so the stack shows the exact line. A call that does
// not return to JavaScript is found when it does.
'use strict';

const { Session } = require('node:inspector');
const { workerData } = require('node:worker_threads');

const TICK = 20;
// The golden ratio spreads the ticks evenly. An even tick would miss blocks of its own period.
const SPREAD = 0.618034;
const { flags, IS_ON, STATE, NEW, CONNECTED, STOPPING, GONE } = workerData;

// How often it looks for the end while the main thread has not answered yet, in milliseconds.
const WATCH = 2;

let session = null;
let phase = 0;
let isAsking = false;

/** Ends the connection, if the main thread is about to end. Node would wait for it otherwise. */
function isOver() {
  const state = Atomics.load(flags, STATE);
  if (state !== STOPPING) return state === GONE;
  session.disconnect();
  Atomics.store(flags, STATE, GONE);
  Atomics.notify(flags, STATE);
  return true;
}

function tick(objectId) {
  if (isOver()) return;
  if (!isAsking) {
    isAsking = true;
    const question = { objectId, functionDeclaration: 'function () { this(); }', silent: true };
    session.post('Runtime.callFunctionOn', question, () => { isAsking = false; });
  }
  phase = (phase + SPREAD) % 1;
  const isOn = Atomics.load(flags, IS_ON);
  Atomics.wait(flags, IS_ON, isOn, isOn ? TICK * (0.5 + phase) : Infinity);
  // The answer arrives in between.
  setImmediate(tick, objectId);
}

if (Atomics.compareExchange(flags, STATE, NEW, CONNECTED) === NEW) {
  session = new Session();
  session.connectToMainThread();
  const waiting = setInterval(() => { if (isOver()) clearInterval(waiting); }, WATCH);
  const expression = "process.rawListeners('exit').find((listener) => listener.sample)?.sample";
  session.post('Runtime.evaluate', { expression, silent: true }, (error, answer) => {
    clearInterval(waiting);
    tick(answer?.result?.objectId);
  });
}
