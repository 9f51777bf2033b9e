// Loaded by Node before the program, because `inflight watch` adds it to NODE_OPTIONS.
// It must parse on every Node that a child process may be, and it must never throw.
'use strict';

var isSupported = parseInt(process.versions.node, 10) >= 18 && !process.versions.bun;
if (isSupported && process.env.INFLIGHT_WATCH_SOCKET) {
  try {
    require('./probe.cjs').start();
  } catch (error) {
    if (process.env.INFLIGHT_WATCH_DEBUG) throw error;
  }
}
// The program finds no module of the probe among its own.
Object.keys(require.cache).forEach(function (path) {
  if (path.indexOf(__dirname) === 0) delete require.cache[path];
});
