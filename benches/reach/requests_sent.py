"""What is sent: F4, F5, F11, F16, F17, I10, and the odd requests of F21."""

import json

from rig import case, variants
from scripted import Server, always, answer, each


def strict(request):
    """A server as Google's front end: a body's length must be known."""
    known = request.value("content-length") is not None or request.value("transfer-encoding")
    return answer() if known or request.method in ("GET", "HEAD", "DELETE") else answer(b"", "411 Length Required")


@variants("F4", "run {}", ["localhost:PORT", "localhost:PORT/a?b=c", "127.0.0.1:PORT", "127.0.0.1:PORT/a"])
def without_scheme(trial, written):
    with Server(always()) as server:
        # localhost may mean ::1 first; the second address has to be tried.
        done = trial.run(written.replace("PORT", str(server.port)), "--tries", 1)
    trial.ended(done, 0, done=1)


@case("F4", "run [::1]:PORT")
def without_scheme_six(trial):
    with Server(always(), "::1") as server:
        done = trial.run(server.address, "--tries", 1)
    trial.ended(done, 0, done=1)


@variants("F4", "in a list: {}", ["localhost:PORT/a", "GET localhost:PORT/a", "127.0.0.1:PORT/a", '{"url": "localhost:PORT/a"}'])
def without_scheme_in_list(trial, line):
    with Server(always()) as server:
        text = f"{line.replace('PORT', str(server.port))}\n" * 2
        done = trial.run(trial.file("list.jsonl" if line.startswith("{") else "list.txt", text), "--tries", 1)
        targets = server.targets()
    trial.ended(done, 0, done=2)
    trial.equal("targets", targets, ["/a", "/a"])


@case("F4", "in a plan")
def without_scheme_in_plan(trial):
    with Server(always()) as server:
        done = trial.run(trial.file("plan.toml", f'[[endpoint]]\nurl = "localhost:{server.port}/a"\n'))
    trial.ended(done, 0, done=1)


@variants("F4", "check {}", [(url, url, wanted) for url, wanted in {
    "example.org": "https://example.org",
    "example.org/path": "https://example.org",
    "localhost": "http://localhost",
    "api:8080": "http://api:8080",
    "192.168.1.7": "http://192.168.1.7",
    "example.org:443": "https://example.org",
    "example.org:80": "http://example.org",
}.items()])
def bare_domain(trial, _, url, wanted):
    done = trial.check(url)
    trial.equal("exit code", done.code, 0)
    trial.says(done.out, wanted)


@variants("F4", "https to a plain port, --wire {}", ["auto", "reqwest"])
def https_to_plain(trial, wire):
    def behaviour(connection):
        connection.stream.recv(65536)
        connection.send(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    with Server(behaviour) as server:
        done = trial.run(f"https://{server.address}/", "--tries", 1, "--wire", wire)
    trial.ended(done, 1)
    trial.says(done.all_text, "http", ("plain", "no TLS", "not TLS", "http://"))


@variants("F5", "{} without a body", [(f"{method}, --wire {wire}", method, wire) for method in ("POST", "PUT", "PATCH") for wire in ("auto", "reqwest")])
def no_body(trial, _, method, wire):
    with Server(each(strict)) as server:
        done = trial.run(server.url, "-X", method, "--tries", 1, "--wire", wire)
        lengths = [request.values("content-length") for request in server.requests]
    trial.ended(done, 0, done=1)
    trial.equal("content-length", lengths, [["0"]])


@variants("F5", "{} without a body has no length", ["GET", "DELETE", "HEAD"])
def no_body_no_length(trial, method):
    with Server(always(b"HTTP/1.1 204 No Content\r\n\r\n")) as server:
        done = trial.run(server.url, "-X", method, "--tries", 1)
        lengths = [request.values("content-length") for request in server.requests]
    trial.ended(done, 0, done=1)
    trial.right("content-length is", lengths in ([[]], [["0"]]) if method == "DELETE" else lengths == [[]], lengths)


@case("F5", "a redirect of a POST to a GET has no length of a body")
def redirected_post(trial):
    def by_target(request):
        return answer(b"", "303 See Other", "Location: /there") if request.target == "/" else answer()

    with Server(each(by_target)) as server:
        done = trial.run(f"{server.url}/", "-d", "abc", "--tries", 1)
        last = server.requests[-1]
    trial.ended(done, 0, done=1)
    trial.equal("the last request", (last.method, last.body, last.values("content-type")), ("GET", b"", []))


@variants("F11", "-d abc -H 'content-length: {}'", [(f"{length}', --wire {wire}", length, wire) for length in ("2", "5", "3") for wire in ("auto", "reqwest")])
def wrong_length(trial, _, length, wire):
    with Server(always()) as server:
        done = trial.run(server.url, "-d", "abc", "-H", f"content-length: {length}", "--tries", 1, "--wire", wire, longest=15)
        bodies = [request.body for request in server.requests]
        lengths = [request.values("content-length") for request in server.requests]
    if done.code == 0:
        trial.equal("bodies", bodies, [b"abc"])
        trial.equal("content-length", lengths, [["3"]])
        if length != "3":
            trial.says(done.err, "content-length")
    else:
        trial.equal("requests", bodies, [])
        trial.says(done.err, "content-length")


@case("F11", "headers = { content-length = 2 } in a plan")
def wrong_length_in_plan(trial):
    with Server(always()) as server:
        text = f'[[endpoint]]\nurl = "{server.url}/"\nbody = "abc"\nheaders = {{ content-length = "2" }}\n'
        done = trial.run(trial.file("plan.toml", text), longest=15)
        bodies = [request.body for request in server.requests]
    trial.right("sent", bodies in ([], [b"abc"]), bodies)
    trial.says(done.err, "content-length")


@variants("F11", "-H 'Transfer-Encoding: chunked' {}", ["auto", "reqwest"])
def chunked_by_hand(trial, wire):
    with Server(always()) as server:
        done = trial.run(server.url, "-d", "abc", "-H", "Transfer-Encoding: chunked", "--tries", 1, "--wire", wire, longest=15)
        sent = [(request.body, len(request.values("content-length")) and bool(request.value("transfer-encoding"))) for request in server.requests]
    trial.right("sent with both lengths, or not in full", done.code != 0 and not sent or sent == [(b"abc", 0)] or sent == [(b"abc", False)], sent)


@variants("F16", "-d @file {}", [("small", 1000), ("of 8 MB", 8 << 20)])
def data_file(trial, _, size):
    content = b"0123456789" * (size // 10)
    trial.file("body.bin", content)
    with Server(always()) as server:
        done = trial.run(server.url, "-d", "@body.bin", "-n", 2, "--tries", 1)
        bodies = [request.body for request in server.requests]
    trial.ended(done, 0, done=2)
    trial.right("the file was not sent, but bytes of", all(body == content for body in bodies) and len(bodies) == 2, [len(body) for body in bodies])


@case("F16", "-d @file: line breaks go, with --data-binary they stay")
def data_lines(trial):
    trial.file("body.txt", "a\nb\r\nc\n")
    with Server(always()) as server:
        for flag in ("-d", "--data-binary"):
            trial.ended(trial.run(server.url, flag, "@body.txt", "--tries", 1), 0, done=1)
        bodies = [request.body for request in server.requests]
    trial.equal("bodies", bodies, [b"abc", b"a\nb\r\nc\n"])


@variants("F16", "-d @- with {}", [("-n 1", 1), ("-n 5", 5)])
def data_stdin(trial, _, number):
    with Server(always()) as server:
        done = trial.run(server.url, "-d", "@-", "-n", number, "--tries", 1, stdin="from stdin")
        bodies = [request.body for request in server.requests]
    trial.ended(done, 0, done=number)
    trial.equal("bodies", bodies, [b"from stdin"] * number)


@case("F16", "-d @missing is an error before the run")
def data_missing(trial):
    with Server(always()) as server:
        done = trial.run(server.url, "-d", "@missing.bin")
        requests = len(server.requests)
    trial.equal("requests", requests, 0)
    trial.right("exit code", done.code in (2, 3), done.code)
    trial.says(done.err, "missing.bin")


@case("F16", "body_file of a plan, with placeholders")
def body_file(trial):
    for number in (1, 2):
        trial.file(f"orders/{number}.json", f'{{"n": {number}}}')
    with Server(always()) as server:
        text = f'[[endpoint]]\nurl = "{server.url}/"\nbody_file = "orders/{{id}}.json"\neach = {{ id = "1..=2" }}\n'
        done = trial.run(trial.file("plan.toml", text), "-c", 1)
        bodies = [request.body for request in server.requests]
        kinds = [request.value("content-type") for request in server.requests]
    trial.ended(done, 0, done=2)
    trial.equal("bodies", bodies, [b'{"n": 1}', b'{"n": 2}'])
    trial.equal("content types", kinds, ["application/json"] * 2)


@variants("F17", "expect = {}", [('{ status = [999] }', "[999]", "999"), ('{ status = "200..=299" }', '"200..=299"', "226"), ('{ status = ["200-299"] }', '["200-299"]', "299"), ('{ status = ["9xx"] }', '["9xx"]', "950"), ('{ status = [600] }', "[600]", "600")])
def statuses(trial, _, value, status):
    with Server(always(answer(b"ok", f"{status} Odd"))) as server:
        text = f'[[endpoint]]\nurl = "{server.url}/"\nexpect = {{ status = {value} }}\n'
        done = trial.run(trial.file("plan.toml", text))
    trial.ended(done, 0, done=1)


@variants("F17", "a status of {} is refused", ["99", "1000", '"0xx"', '"299..=200"'])
def bad_statuses(trial, value):
    text = f'[[endpoint]]\nurl = "http://127.0.0.1:9/"\nexpect = {{ status = [{value}] }}\n'
    done = trial.check(trial.file("plan.toml", text))
    trial.equal("exit code", done.code, 3)


@variants("I10", "FastAPI, {}", [("-d '{\"a\":1}'", "/item", '{"a":1}'), ("-d ' {\"a\": 1} '", "/item", ' {"a": 1} '), ("-d a=1", "/form", "a=1"), ("-d 'a=1&b=2'", "/form", "a=1&b=2")], "fastapi")
def content_type(trial, _, path, data):
    done = trial.run(f"http://127.0.0.1:{trial.shared.fastapi}{path}", "-d", data, "-n", 3, "--tries", 1)
    trial.ended(done, 0, done=3)
    if path == "/item":
        trial.equal("times that the type is reported", done.err.count("application/json"), 1)


@case("I10", "FastAPI, a JSON body of a plan", "fastapi")
def content_type_in_plan(trial):
    url = f"http://127.0.0.1:{trial.shared.fastapi}/item"
    text = f"[[endpoint]]\nurl = \"{url}\"\nbody = '{{\"a\": 1}}'\n[[endpoint]]\nurl = \"{url}\"\njson = {{ a = 1 }}\n"
    trial.ended(trial.run(trial.file("plan.toml", text)), 0, done=2)


@case("I10", "a content type that is given wins")
def content_type_given(trial):
    with Server(always()) as server:
        trial.run(server.url, "-d", '{"a":1}', "-H", "Content-Type: text/x-own")
        kinds = [request.values("content-type") for request in server.requests]
    trial.equal("content types", kinds, [["text/x-own"]])


@variants("F21", "-H 'Host: other.test' is one field, --wire {}", ["auto", "reqwest"])
def one_host(trial, wire):
    with Server(always()) as server:
        done = trial.run(server.url, "-H", "Host: other.test", "--tries", 1, "--wire", wire)
        hosts = [request.values("host") for request in server.requests]
    trial.ended(done, 0, done=1)
    trial.equal("Host", hosts, [["other.test"]])


@variants("F21", "-H '{}:' removes it", [("Accept", "Accept", "auto"), ("User-Agent", "User-Agent", "auto"), ("User-Agent', --wire reqwest", "User-Agent", "reqwest")])
def removed_header(trial, _, name, wire):
    with Server(always()) as server:
        done = trial.run(server.url, "-H", f"{name}:", "--tries", 1, "--wire", wire)
        values = [request.values(name) for request in server.requests]
    trial.ended(done, 0, done=1)
    trial.equal(name, values, [[]])


@variants("F21", "a URL of {} KiB", [60, 70, 200])
def long_url(trial, size):
    path = "/" + "a" * size * 1024
    with Server(always()) as server:
        # A list, as one argument of a command is limited to 128 KiB.
        done = trial.run(trial.file("list.txt", f"{server.url}{path}\n"), "--tries", 1)
        lengths = [len(target) for target in server.targets()]
    trial.ended(done, 0, done=1)
    trial.equal("length of the target", lengths, [len(path)])


@case("F21", "a URL of 70 KiB: 414 is an answer")
def too_long_url(trial):
    with Server(always(answer(b"no", "414 URI Too Long"))) as server:
        done = trial.run(trial.file("list.txt", f"{server.url}/{'a' * (70 << 10)}\n"), "--tries", 1)
    trial.ended(done, 1, failed=1)
    trial.says(done.out, "414")


@case("F21", "a URL of 70 KiB, --wire reqwest: refused in words")
def long_url_reqwest(trial):
    with Server(always()) as server:
        done = trial.run(trial.file("list.txt", f"{server.url}/{'a' * (70 << 10)}\n"), "--tries", 1, "--wire", "reqwest")
    trial.ended(done, 1, failed=1)
    trial.says(done.out, "reqwest takes no URL beyond 64 KiB")


@case("I10", "the echo of nginx: a JSON POST has its length", "nginx")
def nginx_post(trial):
    done = trial.run(f"http://127.0.0.1:{trial.shared.nginx['plain']}/", "-d", '{"a":1}', "--report", "report.json")
    trial.ended(done, 0, done=1)
    trial.equal("what nginx saw", [row.get("data") for row in done.report], [json.loads('{"method": "POST", "length": "7"}')])
