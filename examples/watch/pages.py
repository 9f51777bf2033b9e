"""Pages that depend on each other, from a synchronous program: serial by design, which is a note and no mistake.

    inflight upstream --listen 127.0.0.1:8080      # in another terminal
    inflight watch -- python3 examples/watch/pages.py

Found: a note that ten requests ran one after the other.
"""

import os
from urllib.request import urlopen

BASE = os.environ.get("BASE", "http://127.0.0.1:8080")

page = 1
while page <= 10:
    with urlopen(f"{BASE}/delay/50ms?id={page}") as answer:
        page += answer.status == 200
print(page - 1, "pages")
