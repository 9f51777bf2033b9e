"""TLS: F3, and its flags (M1)."""

import socket

from rig import case, variants
from scripted import Server, always, answer, context


def tls(trial, name, **more):
    path = trial.shared.certificates[name]
    return context(f"{path}.pem", f"{path}.key", **more)


def pem(trial, name):
    return f"{trial.shared.certificates[name]}.pem"


WIRES = ("auto", "reqwest")


@variants("F3", "a self-signed certificate named by {}", [(f"{how}, --wire {wire}", how, wire) for how in ("--cacert", "SSL_CERT_FILE") for wire in WIRES], "certificates")
def named(trial, _, how, wire):
    with Server(always(), tls=tls(trial, "self")) as server:
        flags, env = (["--cacert", pem(trial, "self")], {}) if how == "--cacert" else ([], {"SSL_CERT_FILE": pem(trial, "self")})
        for host in ("localhost", "127.0.0.1"):
            trial.ended(trial.run(f"https://{host}:{server.port}/", "--tries", 1, "--wire", wire, *flags, env=env), 0, done=1)


@variants("F3", "a self-signed certificate, --wire {}: words and the remedy", WIRES, "certificates")
def unnamed(trial, wire):
    with Server(always(), tls=tls(trial, "self")) as server:
        done = trial.run(f"https://localhost:{server.port}/", "--tries", 1, "--wire", wire, json_summary=False)
    trial.right("exit code", done.code in (1, 5), done.code)
    trial.says(done.all_text, "self-signed", "--cacert", "--insecure")
    plain(trial, done)


def plain(trial, done):
    trial.never_says(done.all_text, "OtherError", "CaUsedAsEndEntity", "InvalidCertificate", "UnknownIssuer", "Other(", "Error {", "NotValidForName", "BadSignature", "UnsupportedCertVersion")


# The certificate, the host, which one is trusted, and words of the message.
FAILURES = {
    "expired": ("expired", "localhost", "ca", [("2020", "since")]),
    "another name": ("other", "localhost", "other", [("elsewhere.test", "name")]),
    "an unknown authority": ("good", "localhost", "self", [("authority", "issuer", "CA")]),
    "version 1": ("one", "localhost", "ca", [("version 1", "X.509 v1", "version")]),
}


@variants("F3", "{}", [(f"{kind}, --wire {wire}", kind, wire) for kind in FAILURES for wire in WIRES], "certificates")
def in_words(trial, _, kind, wire):
    certificate, host, trusted, words = FAILURES[kind]
    with Server(always(), tls=tls(trial, certificate)) as server:
        done = trial.run(f"https://{host}:{server.port}/", "--tries", 1, "--wire", wire, "--cacert", pem(trial, trusted), json_summary=False)
    trial.right("exit code", done.code in (1, 5), done.code)
    trial.says(done.all_text, "certificate", *words)
    plain(trial, done)


@variants("F3", "plain HTTP on this port, --wire {}", WIRES)
def plain_http(trial, wire):
    with Server(lambda connection: (connection.stream.recv(4096), connection.send(answer(b"", "400 Bad Request")))) as server:
        done = trial.run(f"https://localhost:{server.port}/", "--tries", 1, "--wire", wire, json_summary=False)
    trial.says(done.all_text, ("http://", "plain HTTP", "plain"))
    trial.never_says(done.all_text, "InvalidMessage", "InvalidContentType", "corrupt message")


@variants("F3", "no close_notify, {}", [("with a length", True, 0), ("without a length", False, 1)], "certificates")
def no_notify(trial, _, length, code):
    def behaviour(connection):
        connection.request()
        connection.send(answer(b"ok", length=length))
        # Only the socket below is closed.
        connection.stream.shutdown(socket.SHUT_RDWR)

    with Server(behaviour, tls=tls(trial, "good")) as server:
        done = trial.run(f"https://localhost:{server.port}/", "--tries", 1, "--cacert", pem(trial, "ca"), json_summary=False)
    trial.ended(done, code)
    if code:
        trial.says(done.all_text, ("close_notify", "without a TLS", "truncated", "closed"))
    trial.never_says(done.all_text, "UnexpectedEof", "peer closed connection without sending TLS")


@case("F3", "SSL_CERT_FILE that does not exist is an error")
def unusable(trial):
    done = trial.run("https://localhost:9/", env={"SSL_CERT_FILE": trial.path("none.pem")})
    trial.right("exit code", done.code in (2, 3), done.code)
    trial.says(done.err, "SSL_CERT_FILE")


@case("F3", "--cacert that holds no certificate is an error")
def empty_file(trial):
    done = trial.run("https://localhost:9/", "--cacert", trial.file("none.pem", "nothing\n"))
    trial.right("exit code", done.code in (2, 3), done.code)
    trial.says(done.err, "none.pem")


@case("F3", "TLS 1.1 only: a failure in words", "certificates")
def old_version(trial):
    def behaviour(connection):
        connection.stream.recv(4096)
        # The alert protocol_version, as an old server sends it.
        connection.send(b"\x15\x03\x01\x00\x02\x02\x46")

    with Server(behaviour) as server:
        done = trial.run(f"https://localhost:{server.port}/", "--tries", 1, json_summary=False)
    trial.says(done.all_text, ("version", "TLS 1.2"))
    trial.never_says(done.all_text, "AlertReceived", "ProtocolVersion")


@variants("M1", "--insecure, --wire {}: works, and says so", WIRES, "certificates")
def insecure(trial, wire):
    with Server(always(), tls=tls(trial, "expired")) as server:
        done = trial.run(f"https://localhost:{server.port}/", "-k", "--wire", wire)
        words = trial.run(f"https://localhost:{server.port}/", "-k", "--wire", wire, json_summary=False)
    trial.ended(done, 0, done=1)
    trial.equal("insecure", done.summary.get("insecure"), True)
    trial.says(words.all_text, "INSECURE")


@variants("M1", "--cert and --key with nginx, --wire {}", WIRES, "nginx")
def client(trial, wire):
    certificates = trial.shared.certificates
    url = f"https://localhost:{trial.shared.nginx['mutual']}/"
    flags = ["--cacert", pem(trial, "ca"), "--wire", wire, "--report", "report.json", "--tries", 1]
    done = trial.run(url, *flags, "--cert", f"{certificates['client']}.pem", "--key", f"{certificates['client']}.key")
    trial.ended(done, 0, done=1)
    trial.says(str(done.report), "CN=ann")
    trial.equal("status without one", [row.get("status") for row in trial.run(url, *flags).report], [400])


@case("M1", "[tls.\"localhost\"] of a plan, with relative paths", "certificates")
def per_host(trial):
    with open(pem(trial, "ca"), "rb") as file:
        trial.file("keys/ca.pem", file.read())
    with Server(always(), tls=tls(trial, "good")) as server:
        text = f'[[endpoint]]\nurl = "https://localhost:{server.port}/"\n[tls."local*"]\ncacert = "keys/ca.pem"\n'
        trial.ended(trial.run(trial.file("plan.toml", text)), 0, done=1)


@case("M1", "the name that nginx gets is that of the URL (SNI)", "nginx")
def name(trial):
    done = trial.run(f"https://localhost:{trial.shared.nginx['tls']}/", "--cacert", pem(trial, "ca"), "--report", "report.json")
    trial.equal("name", [row.get("data") for row in done.report], [{"name": "localhost"}])
