// One HTTP exchange: a record with its times, which becomes one line or two.
//
// Start at `Exchange`.
'use strict';

const turns = require('./turns.cjs');
const places = require('./places.cjs');
const wire = require('./wire.cjs');

// How much of an exchange was sent.
const [NOTHING, STARTED, ANSWERED, ENDED] = [0, 1, 2, 3];

// Finding the place is the dearest part, so after this many exchanges only some are asked for theirs.
const ALL_PLACES = 100;
const SOME_PLACES = 8;

let last = 0;
const open = new Set();

class Exchange {
  constructor(method, url) {
    this.id = last += 1;
    [this.method, this.url] = [method, url];
    this.place = this.id <= ALL_PLACES || this.id % SOME_PLACES === 0 ? places.ownPlace() : null;
    this.created = wire.now();
    this.began = this.head = this.over = this.status = this.error = undefined;
    this.sent = NOTHING;
    wire.push(this);
  }

  /** It holds a connection from now on, or since the start. */
  begin(at = wire.now()) {
    if (this.began !== undefined || this.over !== undefined) return;
    this.began = at;
    open.add(this);
    turns.setOpen(open.size);
  }

  /** The head of the answer has arrived. */
  answer(status) {
    if (this.head !== undefined) return;
    [this.status, this.head] = [status, wire.now()];
    if (this.sent) wire.push(this);
    // A websocket has no end of its body.
    if (status === 101) this.end();
  }

  /** The body is complete, or the exchange failed. */
  end(error) {
    if (this.over !== undefined) return;
    this.begin(this.created);
    this.error = error;
    this.over = wire.now();
    open.delete(this);
    turns.setOpen(open.size);
    if (this.sent) wire.push(this);
  }

  /** Its line; empty if there is nothing new, null if it has not begun. */
  line() {
    const before = this.sent;
    if (this.began === undefined) return null;
    const after = this.over !== undefined ? ENDED : this.head !== undefined ? ANSWERED : STARTED;
    if (after <= before) return '';
    this.sent = after;
    const { id, head, status, over, error } = this;
    if (before) return JSON.stringify({ ev: after === ENDED ? 'end' : 'head', id, head, status, over, error });
    const { method, url, place, created, began } = this;
    const queued = Math.max(0, began - created);
    const thread = wire.threadId;
    return JSON.stringify({ ev: 'request', id, t: began, thread, method, url, place, queued, head, status, over, error });
  }
}

/** The name of an error that the monitor understands. */
function errorName(error) {
  if (!error) return 'Error';
  return typeof error.code === 'string' ? error.code : String(error.name || 'Error');
}

// A program that succeeds and leaves requests without an answer ends before they do.
wire.finishers.push((code) => {
  if (code !== 0) return;
  for (const exchange of open) {
    if (exchange.head === undefined) {
      wire.emit('unfinished', { coroutine: (exchange.place && exchange.place[2]) || 'fetch', place: exchange.place });
    }
  }
});

module.exports = { Exchange, errorName };
