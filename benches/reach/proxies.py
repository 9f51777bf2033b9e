"""Proxies: F9, F10, I4 to I6. Also several addresses of a name (F21)."""

import socket
import subprocess

from rig import case, variants
from scripted import Server, always, answer, context, http_proxy, socks5

# Nothing listens on port 1 of loopback.
DEAD = "http://127.0.0.1:1"


@variants("F9", "NO_PROXY={}", ["*", " * ", "other.test, 127.0.0.1", "other.test 127.0.0.1", "127.0.0.1.", "127.0.0.0/8", " 127.0.0.1 ,x", "127.0.0.1:PORT"])
def no_proxy(trial, value):
    with Server(always()) as server:
        value = value.replace("PORT", str(server.port))
        done = trial.run(server.url, "--tries", 1, env={"http_proxy": DEAD, "NO_PROXY": value})
    trial.ended(done, 0, done=1)


@variants("F9", "no_proxy={} for localhost", ["localhost", "localhost.", ".localhost", "LOCALHOST"])
def no_proxy_name(trial, value):
    with Server(always()) as server:
        done = trial.run(f"http://localhost:{server.port}/", "--tries", 1, env={"http_proxy": DEAD, "no_proxy": value})
    trial.ended(done, 0, done=1)


@variants("F9", "NO_PROXY with --wire reqwest: {}", ["*", "other.test, 127.0.0.1", "127.0.0.1."])
def no_proxy_reqwest(trial, value):
    with Server(always()) as server:
        done = trial.run(server.url, "--tries", 1, "--wire", "reqwest", env={"http_proxy": DEAD, "NO_PROXY": value})
    trial.ended(done, 0, done=1)


@case("F9", "NO_PROXY=[::1] and ::1")
def no_proxy_six(trial):
    with Server(always(), "::1") as server:
        for value in ("::1", "[::1]"):
            trial.ended(trial.run(server.url, "--tries", 1, env={"http_proxy": DEAD, "NO_PROXY": value}), 0, done=1)


@variants("F10", "a dead proxy in {}", [(f"{name}, --wire {wire}", name, wire) for name in ("http_proxy", "ALL_PROXY") for wire in ("auto", "reqwest")])
def dead(trial, _, name, wire):
    with Server(always()) as server:
        done = trial.run(server.url, "--tries", 1, "--wire", wire, env={name: DEAD}, json_summary=False)
        requests = len(server.requests)
    trial.right("exit code", done.code in (1, 5), done.code)
    trial.equal("requests", requests, 0)
    trial.says(done.all_text, "proxy", "127.0.0.1:1")


@case("F10", "a dead proxy in front of https")
def dead_for_https(trial):
    done = trial.run("https://shop.test/", "--tries", 1, env={"https_proxy": DEAD}, json_summary=False)
    trial.says(done.all_text, "proxy", "127.0.0.1:1")


@variants("F10", "an unusable variable is an error: {}", [(f"{value}, {verb}", value, verb) for value in ("ftp://127.0.0.1:1", "http://", "http://127.0.0.1:99999", "socks9://127.0.0.1:1") for verb in ("run", "check")])
def unusable(trial, _, value, verb):
    with Server(always()) as server:
        done = trial.program(verb, server.url, env={"http_proxy": value})
        requests = len(server.requests)
    trial.right("exit code", done.code in (2, 3), done.code)
    trial.equal("requests", requests, 0)
    trial.says(done.err, "http_proxy")


@variants("F10", "{} works", [(f"{scheme}://, --wire {wire}", scheme, wire) for scheme in ("socks5", "socks5h", "http") for wire in ("auto", "reqwest")])
def works(trial, _, scheme, wire):
    names = []
    with Server(always()) as server, Server(socks5(names) if scheme.startswith("socks") else http_proxy) as proxy:
        done = trial.run(f"http://localhost:{server.port}/", "-n", 5, "--tries", 1, "--wire", wire, env={"ALL_PROXY": f"{scheme}://{proxy.address}"})
        through = proxy.connections
    trial.ended(done, 0, done=5)
    trial.right("connections through the proxy", through > 0, through)
    if scheme == "socks5h":
        trial.equal("hosts that the proxy looked up", set(names), {"localhost"})
    if scheme == "socks5":
        trial.right("the proxy had to look up", "localhost" not in names, names)


@case("F10", "check shows the way")
def check_way(trial):
    done = trial.check("http://shop.test/", env={"http_proxy": "http://127.0.0.1:3128"})
    trial.says(done.out, "127.0.0.1:3128", "http_proxy")


@variants("I4", "ALL_PROXY=socks5://, {}", ["200 jobs", "a password", "a wrong password", "https"], "certificates")
def socks(trial, how):
    names, path = [], trial.shared.certificates["good"]
    tls = context(f"{path}.pem", f"{path}.key") if how == "https" else None
    user = ("ann", "secret") if "password" in how else None
    login = {"a password": "ann:secret@", "a wrong password": "ann:wrong@"}.get(how, "")
    with Server(always(), tls=tls) as server, Server(socks5(names, user)) as proxy:
        url = f"{'https' if tls else 'http'}://localhost:{server.port}/"
        variable = {"ALL_PROXY": f"socks5h://{login}{proxy.address}"}
        done = trial.run(url, "-n", 200, "--tries", 1, "--cacert", f"{trial.shared.certificates['ca']}.pem", env=variable)
        requests = len(server.requests)
    if how == "a wrong password":
        trial.right("exit code", done.code in (1, 5), done.code)
        trial.says(done.all_text, "proxy", "password")
        trial.never_says(done.all_text, "ann:wrong")
        return
    trial.ended(done, 0, done=200)
    trial.equal("requests", requests, 200)


@variants("I5", "HTTP_PROXY=https:// for http targets, the CA by {}", ["--cacert", "SSL_CERT_FILE"], "certificates")
def over_tls(trial, how):
    path, ca = trial.shared.certificates["good"], f"{trial.shared.certificates['ca']}.pem"
    flags, env = (["--cacert", ca], {}) if how == "--cacert" else ([], {"SSL_CERT_FILE": ca})
    with Server(always()) as server, Server(http_proxy, tls=context(f"{path}.pem", f"{path}.key")) as proxy:
        done = trial.run(server.url, "-n", 3, "--tries", 1, *flags, env={**env, "http_proxy": f"https://localhost:{proxy.port}"})
    trial.ended(done, 0, done=3)


@case("I5", "an https proxy that is not trusted is named", "certificates")
def over_tls_unknown(trial):
    path = trial.shared.certificates["good"]
    with Server(always()) as server, Server(http_proxy, tls=context(f"{path}.pem", f"{path}.key")) as proxy:
        done = trial.run(server.url, "--tries", 1, env={"http_proxy": f"https://localhost:{proxy.port}"}, json_summary=False)
    trial.says(done.all_text, "proxy", f"localhost:{proxy.port}")


@variants("I6", "tinyproxy wants a password, {}", [("CONNECT", "https"), ("plain", "http")], "tinyproxy_password")
def wants_password(trial, _, scheme):
    variable = {f"{scheme}_proxy": f"http://127.0.0.1:{trial.shared.tinyproxy_password}"}
    done = trial.run(f"{scheme}://shop.test/", "--tries", 1, env=variable, json_summary=False)
    trial.right("exit code", done.code in (1, 5), done.code)
    trial.says(done.all_text, "407", "proxy")
    if scheme == "https":
        trial.says(done.all_text, "password")


@variants("I6", "tinyproxy with the right password, {}", ["http", "https"], "tinyproxy_password", "nginx")
def right_password(trial, scheme):
    port = trial.shared.nginx["tls" if scheme == "https" else "plain"]
    variable = {f"{scheme}_proxy": f"http://ann:secret@127.0.0.1:{trial.shared.tinyproxy_password}"}
    done = trial.run(f"{scheme}://localhost:{port}/", "-n", 10, "--tries", 1, "--cacert", f"{trial.shared.certificates['ca']}.pem", env=variable)
    trial.ended(done, 0, done=10)
    trial.never_says(done.all_text, "secret")


@case("I6", "a CONNECT that the proxy refuses is the proxy's", "certificates")
def refused(trial):
    with Server(always(answer(b"no", "403 Forbidden"))) as proxy:
        done = trial.run("https://shop.test/", "--tries", 1, env={"https_proxy": f"http://{proxy.address}"}, json_summary=False)
    trial.says(done.all_text, "proxy", "403")


# Several addresses of one name


@variants("F21", "a second IPv4 address is tried, --wire {}", ["auto", "reqwest"])
def second_address(trial, wire):
    with Server(always(), "127.0.0.9") as server:
        hosts = trial.file("hosts", "127.0.0.8 two.test\n127.0.0.9 two.test\n127.0.0.1 localhost\n")
        # A view of the file system of its own: the machine's own file is not touched.
        command = f"mount --bind {hosts} /etc/hosts && exec \"$@\""
        run = trial.command("run", [f"http://two.test:{server.port}/", "-n", 3, "--tries", 1, "--wire", wire, "--json"])
        done = subprocess.run(["unshare", "-m", "sh", "-c", command, "sh", *run], env=trial.environment({}), capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL, check=False)
        requests = len(server.requests)
    trial.equal(f"requests that arrived ({done.stderr.strip()[-120:]})", requests, 3)
    trial.equal("exit code", done.returncode, 0)


def silent():
    """A listener that lets no connection in: its queue is full."""
    listener = socket.socket()
    listener.bind(("127.0.0.7", 0))
    listener.listen(0)
    waiting = []
    for _ in range(4):
        client = socket.socket()
        client.setblocking(False)
        client.connect_ex(listener.getsockname())
        waiting.append(client)
    return listener, waiting


@case("F21", "what worked is remembered: 250 ms are paid once")
def remembered(trial):
    listener, waiting = silent()
    port = listener.getsockname()[1]
    closing = answer(b"ok", "200 OK", "Connection: close")

    def behaviour(connection):
        connection.request()
        connection.send(closing)

    # The second address has the port of the first.
    server = Server(behaviour, "127.0.0.6", port=port)
    with server:
        done = trial.run(f"http://two.test:{port}/", "-n", 30, "-c", 1, "--tries", 1, "--resolve", f"two.test:{port}:127.0.0.7,127.0.0.6")
    for stream in (listener, *waiting):
        stream.close()
    trial.ended(done, 0, done=30)
    trial.right("seconds for 30 connections", done.seconds < 4, done.seconds)
