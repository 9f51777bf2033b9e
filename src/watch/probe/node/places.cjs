// Places in the program's own files: [file, line, function].
//
// Files of Node, of installed packages and of the probe are not the program's own. A sample runs in the middle of other
// code, of Node's own, too. So nothing of Node is called here that keeps a state, as its URLs do. Start at `ownPlace`.
'use strict';

const { findSourceMap } = require('node:module');

const DEEPEST = 60;
// Code that is generated again and again must not fill the memory.
const MOST = 10_000;

const files = new Map();

/** The path of a file of the program itself, or null. */
function ownFile(name) {
  let path = files.get(name);
  if (path === undefined) {
    if (files.size > MOST) files.clear();
    path = resolve(name);
    files.set(name, path);
  }
  return path;
}

function resolve(name) {
  if (name.startsWith('file:///')) return resolve(decodeURIComponent(name.slice(7).split(/[?#]/)[0]));
  const isFile = name.startsWith('/') || name.startsWith('[');
  return isFile && !name.includes('/node_modules/') && !name.startsWith(__dirname) ? name : null;
}

/** The calls that led here, without any trace of having asked. */
function callSites() {
  const limit = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit');
  const prepare = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
  const holder = {};
  try {
    Error.stackTraceLimit = DEEPEST;
    Error.prepareStackTrace = (_, sites) => sites;
    Error.captureStackTrace(holder, callSites);
    const sites = holder.stack;
    return Array.isArray(sites) ? sites : [];
  } finally {
    if (limit) Object.defineProperty(Error, 'stackTraceLimit', limit);
    else delete Error.stackTraceLimit;
    if (prepare) Object.defineProperty(Error, 'prepareStackTrace', prepare);
    else delete Error.prepareStackTrace;
  }
}

/** The innermost call in the program's own files. */
function ownPlace() {
  for (const site of callSites()) {
    const place = placeOf(site);
    if (place) return original(place);
  }
  return null;
}

/** The same without the functions that only await, and without a look at source maps: it may run at any moment. */
function runningPlace() {
  for (const site of callSites()) {
    if (site.isAsync()) return null;
    const place = placeOf(site);
    if (place) return place;
  }
  return null;
}

function placeOf(site) {
  const name = site.getFileName();
  const file = name && ownFile(name);
  if (!file) return null;
  return { name, file, line: site.getLineNumber(), column: site.getColumnNumber(), called: site.getFunctionName() || '' };
}

/** The place before a compiler moved it, if the program has a source map for it. */
function original({ name, file, line, column, called }) {
  const entry = findSourceMap?.(name)?.findEntry?.(line - 1, column - 1);
  if (!entry || !entry.originalSource) return [file, line, called];
  return [ownFile(entry.originalSource) || file, entry.originalLine + 1, called];
}

/** Where an error was made, by the text of its stack. */
function raisedAt(error) {
  const stack = error && typeof error.stack === 'string' ? error.stack.slice(0, 20_000) : '';
  for (const text of stack.split('\n')) {
    const found = /^ {4}at (?:(.*) \()?((?:file:\/\/)?[/[][^()]*):(\d+):\d+\)?$/.exec(text);
    const file = found && ownFile(found[2]);
    if (file) return [file, Number(found[3]), (found[1] || '').replace(/^async /, '')];
  }
  return null;
}

module.exports = { original, ownPlace, raisedAt, runningPlace };
