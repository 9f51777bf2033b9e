// The event loop: how long each of its turns is busy, and at which lines.
//
// A turn is exact: it lasts from one check phase to the next, less the time in which libuv was idle or the thread waited
// for a processor. An answer that arrives divides it, because its callback begins then. Only the part counts in which a
// request was in flight. Lines come from samples that a second thread asks for meanwhile. Start at `install`.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { performance } = require('node:perf_hooks');
const { Worker, isMainThread } = require('node:worker_threads');
const places = require('./places.cjs');
const wire = require('./wire.cjs');

// A turn, or a part of it, that is busy for longer is slow.
const SLOW = 0.005;
// From this length on, a block is reported by itself. Shorter ones are added up.
const SINGLE = 0.05;
// How often short blocks are reported.
const EVERY = 0.25;
const PLACES = 3;
// How long the other thread may take to end its connection, in milliseconds.
const PATIENCE = 500;
// What both threads share: whether there is anything to sample, and the state of the connection.
const SAMPLER = { IS_ON: 0, STATE: 1, NEW: 0, CONNECTED: 1, STOPPING: 2, GONE: 3 };

const { setImmediate } = globalThis;
const { nodeTiming } = performance;
const idleTime = () => nodeTiming.idleTime / 1e3;

// How long this thread has waited for a processor, where Linux counts that. It is read at most so often.
const RECENT = 0.002;
const statistics = openStatistics();
let delay = { at: -1, seconds: 0 };

let nOpen = 0;
let turn = newTurn();
// Since when nothing is in flight in this turn.
let quiet = { at: turn.at, idle: turn.idle };
let short = { since: turn.at, n: 0, lasted: 0, longest: 0, parts: new Map() };
let sampler = null;
let isLoopReported = false;

function newTurn() {
  const at = wire.now();
  return {
    at, idle: idleTime(), quiet: 0, own: 0, delayed: delayed(at), sampled: null, cpu: process.cpuUsage(), parts: new Map(),
  };
}

function openStatistics() {
  try {
    return { file: fs.openSync('/proc/thread-self/schedstat', 'r'), buffer: Buffer.alloc(80) };
  } catch {
    return null;
  }
}

/** How long this thread has waited for a processor, in seconds. */
function delayed(at) {
  if (statistics && at - delay.at >= RECENT) {
    try {
      const n = fs.readSync(statistics.file, statistics.buffer, 0, 80, 0);
      const nanoseconds = Number(statistics.buffer.toString('latin1', 0, n).split(' ')[1]);
      delay = { at, seconds: nanoseconds >= 0 ? nanoseconds / 1e9 : delay.seconds };
    } catch {
      // The program has closed the file: the last count stays.
    }
  }
  return delay.seconds;
}

/** So many requests are in flight from now on. */
exports.setOpen = function setOpen(n) {
  const was = nOpen;
  nOpen = n;
  if (was === 0 && n > 0) {
    endQuiet();
    if (!isLoopReported) {
      isLoopReported = true;
      wire.emit('loop', { thread: wire.threadId, name: 'libuv' });
      startSampler();
    }
  } else if (was > 0 && n === 0) {
    quiet = { at: wire.now(), idle: idleTime() };
  }
  if (sampler && (was > 0) !== (n > 0)) wake(n > 0 ? 1 : 0);
};

/** Adds the busy time in which nothing was in flight. */
function endQuiet() {
  const [at, idle] = [wire.now(), idleTime()];
  turn.quiet += Math.max(0, at - quiet.at - (idle - quiet.idle));
  quiet = { at, idle };
}

const endTurn = wire.safe(function endTurn() {
  if (nOpen === 0) endQuiet();
  const at = wire.now();
  const busy = at - turn.at - (idleTime() - turn.idle);
  const lasted = busy - turn.quiet - turn.own - (busy > SLOW ? delayed(at) - turn.delayed : 0);
  if (lasted > SLOW) {
    const { user, system } = process.cpuUsage(turn.cpu);
    const computed = Math.min(1, (user + system) / 1e6 / lasted);
    const sampled = [...turn.parts.values()].reduce((sum, part) => sum + part.lasted, 0);
    // A sample may have covered time in which nothing was in flight.
    const share = sampled > lasted ? lasted / sampled : 1;
    const parts = new Map([...turn.parts].map(([key, part]) => {
      const seconds = part.lasted * share;
      return [key, { ...part, lasted: seconds, computed: seconds * computed }];
    }));
    if (lasted >= SINGLE) emit(at, 1, lasted, lasted, parts);
    else addShort(lasted, parts);
  }
  if (short.n && at - short.since >= EVERY) reportShort(at);
  turn = newTurn();
});

/** Another callback begins in this turn. */
exports.divide = endTurn;

function addShort(lasted, parts) {
  if (short.n === 0) short.since = wire.now();
  short.n += 1;
  short.lasted += lasted;
  short.longest = Math.max(short.longest, lasted);
  for (const [key, part] of parts) {
    const known = short.parts.get(key);
    if (known) {
      known.lasted += part.lasted;
      known.computed += part.computed;
    } else short.parts.set(key, part);
  }
}

function reportShort(at) {
  emit(at, short.n, short.lasted, short.longest, short.parts);
  short = { since: at, n: 0, lasted: 0, longest: 0, parts: new Map() };
}

function emit(t, n, lasted, longest, parts) {
  const worst = [...parts.values()].sort((a, b) => b.lasted - a.lasted).slice(0, PLACES);
  const named = worst.map((part) => [places.original(part.place), part.lasted, part.computed]);
  wire.emit('stall', { t, n, lasted, longest, ready: 0, parts: named });
}

/** Runs in this thread, in the middle of whatever blocks it; the time since the last sample belongs to this line. */
function sample() {
  try {
    const place = places.runningPlace();
    const [at, idle] = [wire.now(), idleTime()];
    const since = turn.sampled || turn;
    turn.sampled = { at, idle };
    if (!place) return;
    const key = `${place.line} ${place.file}`;
    const part = turn.parts.get(key) || { place, lasted: 0 };
    part.lasted += at - since.at - (idle - since.idle);
    turn.parts.set(key, part);
  } catch {
    // A sample less.
  }
}

/** Starts the thread that asks for samples. It waits while nothing is in flight. */
function startSampler() {
  // A worker thread of the program cannot be reached by another thread.
  if (!isMainThread) return;
  const began = wire.now();
  const flags = new Int32Array(new SharedArrayBuffer(8));
  const worker = new Worker(path.join(__dirname, 'sampler.cjs'), {
    argv: [], env: {}, execArgv: [], name: 'inflight', workerData: { flags, ...SAMPLER },
  });
  worker.on('error', () => { sampler = null; });
  worker.unref();
  sampler = flags;
  wake(1);
  turn.own += wire.now() - began;
}

/** Starts or ends a time without samples. */
function wake(isOn) {
  Atomics.store(sampler, SAMPLER.IS_ON, isOn);
  Atomics.notify(sampler, SAMPLER.IS_ON);
}

/** A process that ends itself by a signal ends without further notice. */
function hookKill() {
  const original = process.kill;
  const { kill } = {
    kill(pid, signal) {
      if (pid === process.pid && signal !== 0 && process.listenerCount(signal || 'SIGTERM') === 0) stopSampler();
      return original.call(this, pid, signal);
    },
  };
  process.kill = kill;
}

/** Ends the thread's connection to this one, and waits for that: Node would wait, too, and say so. */
function stopSampler() {
  if (!sampler) return;
  const before = Atomics.exchange(sampler, SAMPLER.STATE, SAMPLER.STOPPING);
  wake(2);
  if (before === SAMPLER.CONNECTED) Atomics.wait(sampler, SAMPLER.STATE, SAMPLER.STOPPING, PATIENCE);
  sampler = null;
}

exports.install = function install() {
  // Such an immediate runs in each turn, and does not keep the loop alive or from being idle.
  const again = () => {
    endTurn();
    if (wire.isConnected()) setImmediate(again).unref();
  };
  setImmediate(again).unref();
  wire.listener.sample = sample;
  if (isMainThread) hookKill();
  wire.leavers.push(stopSampler);
  wire.finishers.push(() => {
    endTurn();
    if (short.n) reportShort(wire.now());
    stopSampler();
  });
  return isMainThread ? [] : ['event loop: the line of a stall in a worker thread'];
};
