// Nothing is wrong here: 40 requests, at most 8 at once, every failure handled.
//
//     inflight upstream --listen 127.0.0.1:8080      # in another terminal
//     inflight watch -- node examples/watch/bounded.mjs
//
// Found: nothing.

const BASE = process.env.BASE || 'http://127.0.0.1:8080';
const jobs = Array.from({ length: 40 }, (_, i) => i);
let done = 0;

async function work() {
  for (let i = jobs.shift(); i !== undefined; i = jobs.shift()) {
    try {
      const answer = await fetch(`${BASE}/delay/50ms?id=${i}`);
      await answer.text();
      done += answer.ok ? 1 : 0;
    } catch (error) {
      console.error(i, error.message);
    }
  }
}

await Promise.all(Array.from({ length: 8 }, work));
console.log(done, 'answers');
