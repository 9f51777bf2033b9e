// Promises that nothing awaits, and `process.exit`: what is in flight is lost.
//
//     inflight upstream --listen 127.0.0.1:8080      # in another terminal
//     inflight watch -- node examples/watch/process_exit.mjs
//
// Found: 3 × `push` still running at the end.

const BASE = process.env.BASE || 'http://127.0.0.1:8080';

async function push(i) {
  const answer = await fetch(`${BASE}/delay/${i < 5 ? '30ms' : '20s'}?id=${i}`);
  await answer.text();
}

for (let i = 0; i < 8; i += 1) push(i);
setTimeout(() => {
  console.log('done');
  process.exit();
}, 600);
