// A call that ends in `Sync` between requests: meanwhile no answer is read and nothing else is sent.
//
//     inflight upstream --listen 127.0.0.1:8080      # in another terminal
//     inflight watch -- node examples/watch/exec_sync.mjs
//
// Found: the loop stalled for about a second, at the line with `execSync`.

import { execSync } from 'node:child_process';

const BASE = process.env.BASE || 'http://127.0.0.1:8080';

async function convert(i) {
  const answer = await fetch(`${BASE}/delay/${50 + i * 10}ms`);
  await answer.text();
  if (i % 3 === 0)
    execSync('sleep 0.2'); // as a tool that converts a file
  return answer.status;
}

const results = await Promise.all(Array.from({ length: 15 }, (_, i) => convert(i)));
console.log(results.filter((status) => status === 200).length, 'answers');
