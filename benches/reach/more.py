"""Cookies (I9), and what was missing and has a flag by now: M2 to M9."""

import hashlib
import os
import re
import time

from real import basic
from rig import case, variants
from scripted import Server, always, answer, context, each, in_turn


@case("I9", "cookies = \"run\": POST /login, then GET /me", "fastapi")
def cookies(trial):
    url = f"http://127.0.0.1:{trial.shared.fastapi}"
    text = f'cookies = "run"\n[[endpoint]]\nurl = "{url}/login"\nmethod = "POST"\n[[endpoint]]\nurl = "{url}/me"\nexpect = {{ status = [200] }}\nredirects = 0\n'
    done = trial.run(trial.file("plan.toml", text), "-c", 1, "--report", "report.json")
    trial.ended(done, 0, done=2)
    trial.never_says(done.all_text, "s3cret")


@case("I9", "a page that sets a cookie and redirects to itself", "fastapi")
def cookie_redirect(trial):
    text = f'cookies = "row"\n[[endpoint]]\nurl = "http://127.0.0.1:{trial.shared.fastapi}/visit"\nrepeat = 3\n'
    trial.ended(trial.run(trial.file("plan.toml", text)), 0, done=3)


@case("I9", "a redirect's last address is in the report", "fastapi")
def last_address(trial):
    url = f"http://127.0.0.1:{trial.shared.fastapi}"
    done = trial.run(f"{url}/me", "--report", "report.json")
    trial.equal("final_url", [row.get("final_url") for row in done.report], [f"{url}/login-page"])


@case("I9", "expect = { url = … } fails for the login page", "fastapi")
def expected_address(trial):
    url = f"http://127.0.0.1:{trial.shared.fastapi}"
    text = f'[[endpoint]]\nurl = "{url}/me"\nexpect = {{ url = "{url}/me" }}\n'
    done = trial.run(trial.file("plan.toml", text))
    trial.ended(done, 1, failed=1)
    trial.says(done.all_text, "login-page")


@variants("M2", "-z 2s, {}", ["one URL", "a list", "a plan"])
def for_a_time(trial, how):
    def wait(request):
        time.sleep(0.02)
        return answer()

    with Server(each(wait)) as server:
        urls = f"{server.url}/1\n{server.url}/2\n"
        target = {"one URL": server.url, "a list": trial.file("list.txt", urls), "a plan": trial.file("p.toml", f'[[endpoint]]\nurl = "{server.url}/1"\n')}[how]
        done = trial.run(target, "-z", "2s", "-c", 2)
        requests = len(server.requests)
    trial.equal("exit code", done.code, 0)
    trial.right("seconds", 1.8 <= done.seconds < 8, done.seconds)
    trial.right("requests", requests > 10, requests)
    trial.equal("jobs", done.jobs("done"), requests)


@case("M2", "-n with a list")
def number_with_list(trial):
    with Server(always()) as server:
        done = trial.run(trial.file("list.txt", f"{server.url}/1\n{server.url}/2\n"), "-n", 10)
        targets = sorted(server.targets())
    trial.ended(done, 0, done=10)
    trial.equal("targets", targets, ["/1"] * 5 + ["/2"] * 5)


@variants("M2", "-n with {}", [("a plan", 5, 5), ("standard input, cut", 3, 3), ("standard input, too short", 9, 4)])
def number(trial, what, wanted, sent):
    with Server(always()) as server:
        if what == "a plan":
            plan = f'[[endpoint]]\nurl = "{server.url}/{{i}}"\neach = {{ i = "1..=2" }}\n'
            done = trial.run(trial.file("plan.toml", plan), "-n", wanted)
        else:
            done = trial.run("-", "-n", wanted, stdin="".join(f"{server.url}/{i}\n" for i in range(4)))
        requests = len(server.requests)
    trial.ended(done, 0, done=sent)
    trial.equal("requests", requests, sent)
    warnings = (done.summary.get("warnings") or {}).get("last") or []
    trial.equal("warns", any("-n" in warning for warning in warnings), sent < wanted)


@case("M2", "--ramp: the limit rises")
def ramp_of_limit(trial):
    def wait(request):
        time.sleep(0.1)
        return answer()

    with Server(each(wait)) as server:
        done = trial.run(server.url, "-n", 60, "-c", 11, "--ramp", "2s")
        starts = [request.at - server.requests[0].at for request in server.requests]
    trial.ended(done, 0, done=60)
    early = sum(at < 0.3 for at in starts)
    trial.right("requests of the first 0.3 s", early <= 9, early)
    trial.right("in flight at most", 2 <= done.summary["in_flight"]["peak"] <= 11, done.summary["in_flight"])


@case("M2", "--ramp with a rate: the rate rises")
def ramp_of_rate(trial):
    with Server(always()) as server:
        done = trial.run(server.url, "-n", 60, "--rate", "50/s", "--ramp", "2s")
        starts = [request.at - server.requests[0].at for request in server.requests]
    trial.ended(done, 0, done=60)
    # The area below the ramp is 51 requests.
    trial.right("requests of the first second", 5 <= sum(at < 1 for at in starts) <= 20, starts)
    trial.right("seconds until the last one", 1.8 <= starts[-1] <= 6, starts[-1])


@variants("M2", "since due, {}", [("too few slots", 1, True), ("enough slots", 20, False), ("no rate", 1, None)])
def since_due(trial, _, slots, is_late):
    def wait(request):
        time.sleep(0.1)
        return answer()

    flags = [] if is_late is None else ["--rate", "40/s"]
    with Server(each(wait)) as server:
        done = trial.run(server.url, "-n", 30, "-c", slots, *flags)
    trial.ended(done, 0, done=30)
    since, latency = done.summary.get("since_due_ms"), done.summary["latency_ms"]
    if is_late is None:
        trial.equal("since due", since, None)
        return
    trial.right("since due", since and (since["max"] > 1000 + latency["p50"]) == is_late, (since, latency))
    trial.right("late starts", (since["late_starts"] > 20) == is_late, since)


@case("M2", "rates such as 2/1s, and --warmup")
def rates(trial):
    with Server(always()) as server:
        done = trial.run(server.url, "-n", 6, "--rate", "4/2s", "--warmup", "1s")
        requests = server.requests
    trial.ended(done, 0, done=6)
    trial.right("seconds between the first and the last", requests[-1].at - requests[0].at >= 1.0, requests[-1].at - requests[0].at)
    trial.right("attempts in the warm-up", 0 < (done.summary.get("warmup_attempts") or 0) < 6, done.summary.get("warmup_attempts"))


@variants("M3", "-F: a form with a file, --wire {}", ["auto", "reqwest"])
def multipart(trial, wire):
    trial.file("photo.jpg", b"\xff\xd8\xff\x00binary")
    with Server(always()) as server:
        trial.ended(trial.run(server.url, "-F", "title=a b", "-F", "photo=@photo.jpg", "--wire", wire), 0, done=1)
        request = server.requests[0]
    boundary = re.fullmatch(r'multipart/form-data; boundary="?([^"]+)"?', request.value("content-type") or "")
    trial.right("content-type", boundary, request.value("content-type"))
    if boundary:
        parts = request.body.split(b"--" + boundary[1].encode())
        trial.equal("parts", len(parts), 4)
        trial.right("the file is not whole", b"\xff\xd8\xff\x00binary\r\n" in parts[2] and b'filename="photo.jpg"' in parts[2] and b"image/jpeg" in parts[2], parts[2])


@case("M3", "--data-urlencode and several -d")
def forms(trial):
    with Server(always()) as server:
        trial.ended(trial.run(server.url, "-d", "a=1", "--data-urlencode", "b=x y&z", "-d", "c=3"), 0, done=1)
        request = server.requests[0]
    trial.right("body", request.body in (b"a=1&b=x%20y%26z&c=3", b"a=1&b=x+y%26z&c=3"), request.body)
    trial.equal("content-type", request.value("content-type"), "application/x-www-form-urlencoded")


@case("M3", "-T file: PUT, streamed")
def upload(trial):
    content = os.urandom(3 << 20)
    trial.file("data.bin", content)
    with Server(always()) as server:
        trial.ended(trial.run(server.url, "-T", "data.bin"), 0, done=1)
        request = server.requests[0]
    trial.equal("method", request.method, "PUT")
    trial.right("bytes", request.body == content, len(request.body))


@variants("M4", "-u ann:secret, {}", ["auto", "reqwest"])
def login(trial, wire):
    with Server(always()) as server:
        done = trial.run(server.url, "-u", "ann:secret", "--wire", wire, "--report", "report.json")
        sent = [request.values("authorization") for request in server.requests]
    trial.ended(done, 0, done=1)
    trial.equal("authorization", sent, [[basic("ann", "secret")]])
    trial.never_says(done.all_text + str(done.report), "secret", basic("ann", "secret"))


@case("M4", "netrc on request")
def netrc(trial):
    path = trial.file("logins", "machine 127.0.0.1 login ann password secret\n")
    with Server(always()) as server:
        trial.ended(trial.run(server.url, "--netrc-file", path), 0, done=1)
        sent = [request.values("authorization") for request in server.requests]
    trial.equal("authorization", sent, [[basic("ann", "secret")]])


@variants("M4", "--digest, {}", ["MD5", "SHA-256"])
def digest(trial, algorithm):
    hashed = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}[algorithm]

    def sign(text):
        return hashed(text.encode()).hexdigest()

    def guarded(request):
        given = dict(re.findall(r'(\w+)="?([^",]+)"?', request.value("authorization") or ""))
        if not given:
            return answer(b"", "401 Unauthorized", f'WWW-Authenticate: Digest realm="r", nonce="n", qop="auth", algorithm={algorithm}')
        one, two = sign("ann:r:secret"), sign(f"{request.method}:{given.get('uri')}")
        wanted = sign(f"{one}:n:{given.get('nc')}:{given.get('cnonce')}:auth:{two}")
        return answer() if given.get("response") == wanted and given.get("uri") == request.target else answer(b"", "403 Forbidden")

    with Server(each(guarded)) as server:
        done = trial.run(f"{server.url}/a?b=c", "-u", "ann:secret", "--digest", "-n", 3, "-c", 1)
    trial.ended(done, 0, done=3)


@case("M5", "--unix-socket")
def unix_socket(trial):
    with Server(always(), path=trial.path("s")) as server:
        trial.ended(trial.run("http://docker.test/v1", "--unix-socket", trial.path("s"), "-n", 3), 0, done=3)
        trial.equal("Host", {request.value("host") for request in server.requests}, {"docker.test"})


@case("M5", "--connect-to, and --resolve with *")
def elsewhere(trial):
    with Server(always()) as server:
        trial.ended(trial.run("http://shop.test/", "--connect-to", f"shop.test:80:127.0.0.1:{server.port}"), 0, done=1)
        trial.ended(trial.run(f"http://any.test:{server.port}/", "--resolve", f"*:{server.port}:127.0.0.1"), 0, done=1)
        hosts = [request.value("host") for request in server.requests]
    trial.equal("Host", hosts, ["shop.test", f"any.test:{server.port}"])


@case("M6", "several values of one header, and `X;`")
def several_values(trial):
    with Server(always()) as server:
        trial.run(server.url, "-H", "X-Tag: a", "-H", "X-Tag: b", "-H", "X-Empty;")
        sent = [(request.values("x-tag"), request.values("x-empty")) for request in server.requests]
    trial.equal("fields", sent, [(["a", "b"], [""])])


@case("M6", "header names as written")
def names_as_written(trial):
    with Server(always()) as server:
        trial.run(server.url, "-H", "X-myAPI-Key: 1", "-H", "lower: 2")
        names = [name for name, _ in server.requests[0].headers if name.lower() in ("x-myapi-key", "lower")]
    trial.equal("names", sorted(names), ["X-myAPI-Key", "lower"])


@case("M6", "several values of one header in a plan, and names in lists")
def several_values_in_plan(trial):
    with Server(always()) as server:
        trial.run(trial.file("plan.toml", f'[[endpoint]]\nurl = "{server.url}/"\nheaders = {{ Accept = ["a", "b"], xOther = "c" }}\n'))
        trial.run(trial.file("list.txt", f"GET {server.url}/\nxTag: a\nxTag: b\n"))
        fields = [[field for field in request.headers if field[0] in ("Accept", "xOther", "xTag")] for request in server.requests]
    trial.equal("fields", fields, [[("Accept", "a"), ("Accept", "b"), ("xOther", "c")], [("xTag", "a"), ("xTag", "b"), ("Accept", "*/*")]])


@variants("M6", "--path-as-is: {}", ["/a/../b", "//", "/%2e%2e/x", "/./a//b?c=../d", "/{a}|b<c>?\"d\"^`"])
def path_as_is(trial, path):
    with Server(always()) as server:
        trial.ended(trial.run(f"{server.url}{path}", "--path-as-is", "--tries", 1), 0, done=1)
        trial.ended(trial.run(trial.file("plan.toml", f"[[endpoint]]\nurl = '{server.url}{path.replace('{', '{{').replace('}', '}}')}'\npath_as_is = true\n")), 0, done=1)
        targets = server.targets()
    trial.equal("targets", targets, [path, path])


@case("M7", "UTF-16 as PowerShell writes it")
def utf16(trial):
    with Server(always()) as server:
        for coding in ("utf-16-le", "utf-16-be"):
            text = f"\ufeff{server.url}/1\r\n{server.url}/2\r\n".encode(coding)
            trial.ended(trial.run(trial.file(f"{coding}.txt", text)), 0, done=2)


@case("M7", "METHOD URL, and vegeta's targets")
def targets(trial):
    with Server(always()) as server:
        trial.file("b.json", '{"a": 1}')
        text = f"DELETE {server.url}/1\n\nPOST {server.url}/2\nX-Own: v\n@b.json\n\nGET {server.url}/3\n"
        trial.ended(trial.run(trial.file("list.txt", text), "-c", 1), 0, done=3)
        sent = [(request.method, request.target, request.body) for request in server.requests]
    trial.equal("requests", sent, [("DELETE", "/1", b""), ("POST", "/2", b'{"a": 1}'), ("GET", "/3", b"")])


@case("M7", "rows with their own method, time-out, expectation and weight; CSV with ;")
def own_rows(trial):
    def by_target(request):
        if request.target == "/slow":
            time.sleep(3)
        return answer(b"", "404 Not Found") if request.target == "/gone" else answer()

    with Server(each(by_target)) as server:
        text = f"url;method;timeout;expect;weight\n{server.url}/gone;DELETE;;404;2\n{server.url}/slow;GET;300ms;;1\n{server.url}/ok;PUT;;;1\n"
        done = trial.run(trial.file("list.csv", text), "--tries", 1)
        targets = sorted((request.method, request.target) for request in server.requests)
    trial.ended(done, 1, done=3, failed=1)
    trial.equal("requests", targets, [("DELETE", "/gone"), ("DELETE", "/gone"), ("GET", "/slow"), ("PUT", "/ok")])


@case("M7", "the method and the time-out of a plan, filled in by its rows")
def filled_in(trial):
    def by_target(request):
        if request.target == "/slow":
            time.sleep(3)
        return answer()

    with Server(each(by_target)) as server:
        trial.file("rows.csv", "path,m,t\na,put,5s\nslow,GET,300ms\nb,NO WAY,1s\nc,GET,soon\n")
        plan = f'[[endpoint]]\nname = "all"\nurl = "{server.url}/{{path}}"\nmethod = "{{m}}"\ntimeout = "{{t}}"\nrows = "rows.csv"\n'
        done = trial.run(trial.file("plan.toml", plan), "--tries", 1, "--report", "report.json")
        sent = sorted((request.method, request.target) for request in server.requests)
    trial.equal("requests", sent, [("GET", "/slow"), ("PUT", "/a")])
    trial.equal("exit code", done.code, 1)
    trial.says(str(done.report), ("line 4", "NO WAY"))


@variants("M8", "https to http {}", [("is refused in words", 1, ()), ("with --downgrade", 0, ("--downgrade",))], "certificates")
def downgrade(trial, _, code, flags):
    path, ca = trial.shared.certificates["good"], f"{trial.shared.certificates['ca']}.pem"
    with Server(always()) as plain, Server(in_turn(answer(b"", "302 Found", f"Location: {plain.url}/x")), tls=context(f"{path}.pem", f"{path}.key")) as server:
        done = trial.run(f"https://localhost:{server.port}/", "--cacert", ca, "--tries", 1, *flags)
    trial.ended(done, code)
    if code:
        trial.says(done.all_text, ("--downgrade", "downgrade"))




@variants("M9", "{}", [("JSON is expected", '{ json = { "$.status" = "ok" } }', b'{"status": "down"}'), ("a text is expected", '{ body = "welcome" }', b"please log in")])
def contents(trial, _, value, body):
    with Server(always(answer(body, "200 OK", "Content-Type: application/json"))) as server:
        done = trial.run(trial.file("plan.toml", f'[[endpoint]]\nurl = "{server.url}/"\nexpect = {value}\n'))
    trial.ended(done, 1, failed=1)
