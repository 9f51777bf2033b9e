// Nothing is wrong here, as far as can be known: each page names the next one, so they are fetched one after the other.
//
//     inflight upstream --listen 127.0.0.1:8080      # in another terminal
//     inflight watch -- node examples/watch/pages.mjs
//
// Found: nothing; a note says at which line it awaits each request before the next.

const BASE = process.env.BASE || 'http://127.0.0.1:8080';

async function* pages() {
  for (let page = 1; page <= 10; page += 1) {
    const answer = await fetch(`${BASE}/delay/200ms?id=${page}`);
    yield answer.text();
  }
}

let n = 0;
for await (const page of pages()) n += page.length > 0 ? 1 : 0;
console.log(n, 'pages');
