"""haproxy in front of applications (R1), and squid as a proxy with a password (R2)."""

from rig import case, variants
from scripted import Server, always, answer, context


def url(trial, name, path=""):
    return f"http://127.0.0.1:{trial.shared.haproxy[name]}/{path}"


@variants("R1", "haproxy closes idle connections after 300 ms: {}", ["GET", "POST", "PUT"], "haproxy")
def idle(trial, method):
    done = trial.run(url(trial, "idle"), "-X", method, "-n", 12, "-c", 1, "--rate", "4/s", "--tries", 1)
    trial.ended(done, 0, done=12)


@variants("R1", "haproxy closes after each answer, as it says: {}", ["GET", "POST"], "haproxy")
def closing(trial, method):
    done = trial.run(url(trial, "closing"), "-X", method, "-n", 200, "-c", 8, "--tries", 1)
    trial.ended(done, 0, done=200)
    trial.equal("stale_connections", done.summary.get("stale_connections"), 0)


@variants("R1", "http-request reject: {}", [("a first connection", ["GET"]), ("a POST after other requests", ["GET", "POST"])], "haproxy")
def rejecting(trial, _, methods):
    rows = "".join(f'[[endpoint]]\nname = "{number}"\nmethod = "{method}"\nurl = "{url(trial, "rejecting", "reject" if len(methods) == 1 else "")}"\n' for number, method in enumerate(methods))
    done = trial.run(trial.file("plan.toml", rows), "-c", 1, "--tries", 1)
    trial.ended(done, 1, done=len(methods) - 1, failed=1)
    trial.right("kind", done.summary["failures"][0]["kind"] in ("closed-early", "reset"), done.summary["failures"])


@variants("R1", "{}", [("http-request deny: a status, and no retry", "denying", 403, 1), ("a backend that is down: 503, tried again", "empty", 503, 2)], "haproxy")
def statuses(trial, _, name, status, attempts):
    plan = f'[[endpoint]]\nurl = "{url(trial, name)}"\n[retry]\nattempts = 2\nbackoff = "10ms..50ms"\n'
    done = trial.run(trial.file("plan.toml", plan), "--report", "report.json")
    trial.ended(done, 1, failed=1)
    trial.equal("status", [row.get("status") for row in done.report], [status])
    trial.equal("attempts", done.started, attempts)


@variants("R1", "408 on an idle connection is no answer to the next request: {}", ["GET", "POST"])
def late_408(trial, method):
    def behaviour(connection):
        if connection.request():
            connection.send(answer())
            connection.stream.settimeout(0.2)
            try:
                connection.request()
            except TimeoutError:
                connection.send(answer(b"", "408 Request Timeout", "Connection: close"))

    with Server(behaviour) as server:
        done = trial.run(server.url, "-X", method, "-n", 6, "-c", 1, "--rate", "2/s", "--tries", 1)
    trial.ended(done, 0, done=6)


WIRES = ("auto", "reqwest")


def proxied(trial, login="ann:secret@"):
    address = f"http://{login}127.0.0.1:{trial.shared.squid}"
    return {"http_proxy": address, "https_proxy": address}


@variants("R2", "squid with a password, --wire {}", WIRES, "squid")
def whole_urls(trial, wire):
    with Server(always()) as server:
        done = trial.run(server.url, "-n", 20, "-c", 4, "--tries", 1, "--wire", wire, env=proxied(trial))
        vias = {"squid" in (request.value("via") or "") for request in server.requests}
    trial.ended(done, 0, done=20)
    trial.equal("via squid", vias, {True})
    trial.never_says(done.all_text, "secret")


@variants("R2", "squid, CONNECT with a password, --wire {}", WIRES, "squid", "certificates")
def tunnel(trial, wire):
    path, ca = trial.shared.certificates["good"], f"{trial.shared.certificates['ca']}.pem"
    with Server(always(), tls=context(f"{path}.pem", f"{path}.key")) as server:
        done = trial.run(f"https://localhost:{server.port}/", "-n", 10, "-c", 2, "--cacert", ca, "--tries", 1, "--wire", wire, env=proxied(trial))
        requests = len(server.requests)
    trial.ended(done, 0, done=10)
    trial.equal("requests", requests, 10)


@variants("R2", "squid without {}", [("a password: CONNECT", "", "https"), ("the right password: CONNECT", "ann:wrong@", "https"), ("a password: a whole URL", "", "http")], "squid")
def no_password(trial, _, login, scheme):
    done = trial.run(f"{scheme}://localhost:9/", "--tries", 1, env=proxied(trial, login), json_summary=False)
    trial.right("exit code", done.code in (1, 5), done.code)
    trial.says(done.all_text, "407")
    trial.never_says(done.all_text, "wrong@", ":wrong")


@case("R2", "squid cannot reach the target of CONNECT: the proxy is named", "squid")
def unreachable(trial):
    done = trial.run("https://127.0.0.1:1/", "--tries", 1, env=proxied(trial), json_summary=False)
    trial.right("exit code", done.code in (1, 5), done.code)
    trial.says(done.all_text, "proxy", "503")
