// The queue of lines, and the socket to the monitor.
//
// Lines are written at once or a moment later, without waiting: a monitor that does not read never holds the program
// up. Only at the end it may, for a second at most. Start at `connect`.
'use strict';

const fs = require('node:fs');
const net = require('node:net');
const { performance } = require('node:perf_hooks');
const { threadId } = require('node:worker_threads');

// The program may replace these later, as a test with a fake clock does.
const { setTimeout, process } = globalThis;
const elapsed = performance.now.bind(performance);
const zero = Number(process.hrtime.bigint()) / 1e9 - elapsed() / 1e3;

const EVERY = 20;
const PATIENCE = 1000;
const MOST_QUEUED = 100_000;
const LARGEST = 1 << 24;

let socket = null;
let descriptor = -1;
let identity = '';
// Records with a method `line`, and fields of lines.
let queue = [];
let unsent = null;
let dropped = 0;
let isArmed = false;
let flushed = -EVERY;
// The time that the probe used, in milliseconds.
let used = 0;
let isInside = false;
let nProblems = 0;
const finishers = [];
const leavers = [];

/** The machine's monotonic clock, in seconds. */
const now = () => Math.round((zero + elapsed() / 1e3) * 1e6) / 1e6;

/** The function, but its errors become a line for the monitor, and its time counts as the probe's. */
function safe(action) {
  return function (...words) {
    const [began, isOuter] = [elapsed(), !isInside];
    isInside = true;
    try {
      return action.apply(this, words);
    } catch (error) {
      nProblems += 1;
      if (nProblems <= 10) emit('problem', { where: action.name, error: String(error && error.message).slice(0, 200) });
      return undefined;
    } finally {
      if (isOuter) {
        isInside = false;
        used += elapsed() - began;
      }
    }
  };
}

/** Queues a record. */
function push(record) {
  if (!socket) return;
  if (queue.length >= MOST_QUEUED) {
    dropped += 1;
    return;
  }
  queue.push(record);
  // What happens just before the loop is blocked must not wait for its end.
  if (elapsed() - flushed >= EVERY) flush();
  else arm();
}

/** Queues a rare event. */
function emit(ev, fields) {
  push({ ev, t: now(), ...fields });
}

function arm() {
  if (isArmed) return;
  isArmed = true;
  setTimeout(safe(() => {
    isArmed = false;
    flush();
  }), EVERY).unref();
}

/** Writes what is queued, as far as the socket takes it now. */
function flush() {
  flushed = elapsed();
  const waiting = queue;
  queue = [];
  const lines = [];
  for (const record of waiting) {
    const line = typeof record.line === 'function' ? record.line() : JSON.stringify(record);
    // A record without a line cannot be reported yet.
    if (line === null) queue.push(record);
    else if (line) lines.push(line, '\n');
  }
  if (lines.length) {
    const bytes = Buffer.from(lines.join(''));
    unsent = unsent ? Buffer.concat([unsent, bytes]) : bytes;
  }
  write();
  if (socket && (unsent || queue.length)) arm();
}

function write() {
  while (unsent && socket) {
    try {
      if (identify() !== identity) return leave();
      const n = fs.writeSync(descriptor, unsent);
      unsent = n < unsent.length ? unsent.subarray(n) : null;
    } catch (error) {
      if (error.code === 'EAGAIN' && unsent.length < LARGEST) return undefined;
      // The monitor is gone or does not read: quiet for good.
      return leave();
    }
  }
  return undefined;
}

/** What the descriptor is now. A program that closes all descriptors may own that number by then. */
function identify() {
  const found = fs.fstatSync(descriptor);
  return `${found.dev}:${found.ino}`;
}

function leave() {
  const gone = socket;
  socket = null;
  queue = [];
  unsent = null;
  gone.destroy();
  for (const leaver of leavers) leaver();
}

/** Connects to the monitor and says hello; returns whether it is there. */
function connect() {
  const path = process.env.INFLIGHT_WATCH_SOCKET;
  if (!fs.existsSync(path)) return false;
  socket = net.connect(path);
  socket.on('error', () => socket && leave());
  socket.unref();
  // A socket of this kind is connected at once.
  descriptor = socket._handle ? socket._handle.fd : -1;
  if (!(descriptor >= 0)) {
    leave();
    return false;
  }
  identity = identify();
  emit('hello', { v: 1, pid: process.pid, parent: process.ppid, runtime: `Node ${process.versions.node}` });
  if (!socket) return false;
  process.on('exit', listener);
  return true;
}

/** Sends the rest before the process or the worker ends. */
function sayBye(code) {
  for (const finish of finishers) finish(code);
  emit('bye', { dropped, used: used / 1e3 });
  const deadline = elapsed() + PATIENCE;
  const pause = new Int32Array(new SharedArrayBuffer(4));
  flush();
  while (socket && unsent && elapsed() < deadline) {
    Atomics.wait(pause, 0, 0, 5);
    write();
  }
}

/** What runs at the end. The thread that samples finds this thread's function by it. */
const listener = safe(sayBye);

module.exports = { connect, emit, finishers, flush, isConnected: () => socket !== null, leavers, listener, now, push, safe, threadId };
