"""Certificates of openssl, and nginx, haproxy, tinyproxy, squid and a FastAPI application on free ports. Each is made when first needed.

Start at `Shared`.
"""

import base64
import functools
import os
import shutil
import subprocess
import sys
import threading

import install
import serve

HERE = os.path.dirname(os.path.abspath(__file__))

NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off; server_tokens off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  default_type application/json;
  server {{
    listen 127.0.0.1:{plain};
    client_max_body_size 0;
    root {folder}/www;
    location / {{ return 200 '{{"method": "$request_method", "length": "$http_content_length"}}'; }}
    location /big {{ }}
    location /zipped {{ gzip on; gzip_types application/json; gzip_min_length 1; gzip_proxied any; }}
  }}
  server {{ listen 127.0.0.1:{h2c} http2; location / {{ return 200 'two'; }} }}
  server {{
    listen 127.0.0.1:{tls} ssl; ssl_certificate {good}.pem; ssl_certificate_key {good}.key;
    location / {{ return 200 '{{"name": "$ssl_server_name"}}'; }}
  }}
  server {{
    listen 127.0.0.1:{mutual} ssl; ssl_certificate {good}.pem; ssl_certificate_key {good}.key;
    ssl_client_certificate {ca}.pem; ssl_verify_client on;
    location / {{ return 200 '{{"client": "$ssl_client_s_dn"}}'; }}
  }}
}}
"""

TINYPROXY = """
Port {port}
Listen 127.0.0.1
Timeout 30
LogLevel Critical
MaxClients 50
Allow 127.0.0.1
{more}
"""


HAPROXY = """
global
  maxconn 200
defaults
  mode http
  timeout connect 2s
  timeout client 10s
  timeout server 10s
frontend idle
  bind 127.0.0.1:{idle}
  timeout http-keep-alive 300ms
  http-request return status 200 content-type text/plain string ok
frontend closing
  bind 127.0.0.1:{closing}
  option httpclose
  http-request return status 200 content-type text/plain string ok
frontend rejecting
  bind 127.0.0.1:{rejecting}
  http-request reject if METH_POST
  http-request reject if {{ path /reject }}
  http-request return status 200 content-type text/plain string ok
frontend denying
  bind 127.0.0.1:{denying}
  http-request deny deny_status 403
frontend empty
  bind 127.0.0.1:{empty}
  default_backend none
backend none
  server dead 127.0.0.1:1
"""

SQUID = """
http_port 127.0.0.1:{port}
auth_param basic program {helper} {folder}/squid.logins
auth_param basic children 2 startup=1
acl known proxy_auth REQUIRED
http_access allow known
http_access deny all
cache deny all
cache_mem 8 MB
access_log none
cache_log {folder}/squid.log
pid_filename none
coredump_dir {folder}
visible_hostname squid.test
pinger_enable off
shutdown_lifetime 0 seconds
max_filedescriptors 1024
"""

# Where Debian and others have the program that checks logins.
SQUID_HELPERS = ("/usr/lib/squid/basic_ncsa_auth", "/usr/lib64/squid/basic_ncsa_auth", "/usr/libexec/squid/basic_ncsa_auth")


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL)


class Shared:
    """What several cases use; `close` ends the servers."""

    def __init__(self, folder):
        self.folder, self.processes, self.lock = folder, [], threading.RLock()

    def path(self, name):
        return os.path.join(self.folder, name)

    def close(self):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait()

    def needed(self, name):
        """What has that name, once made; cases run in parallel."""
        with self.lock:
            return getattr(self, name)

    def spawn(self, port, arguments, **environment):
        with open(self.path(f"server-{port}.err"), "wb") as errors:
            process = subprocess.Popen(
                arguments,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                cwd=self.folder,
                env={**os.environ, **environment},
            )
        self.processes.append(process)
        waiting = serve.Server.__new__(serve.Server)
        waiting.port, waiting.process, waiting.folder = port, process, self.folder
        waiting.wait_until_open()

    @functools.cached_property
    def certificates(self):
        """The path of a certificate, without its ending, by what it is."""
        made = {}

        def key(name):
            made[name] = self.path(name)
            return ["-newkey", "rsa:2048", "-nodes", "-keyout", f"{made[name]}.key"]

        for name, subject, names in (("self", "localhost", "DNS:localhost,IP:127.0.0.1"), ("other", "elsewhere.test", "DNS:elsewhere.test")):
            openssl("req", "-x509", *key(name), "-out", f"{made[name]}.pem", "-days", "30", "-subj", f"/CN={subject}", "-addext", f"subjectAltName={names}")
        openssl("req", "-x509", *key("ca"), "-out", f"{made['ca']}.pem", "-days", "30", "-subj", "/CN=Test authority")
        with open(self.path("names.ext"), "w", encoding="ascii") as file:
            file.write("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        for name in ("good", "client", "one"):
            openssl("req", *key(name), "-out", f"{made[name]}.csr", "-subj", f"/CN={'localhost' if name != 'client' else 'ann'}")
            # Without extensions openssl makes certificates of version 1.
            extensions = [] if name == "one" else ["-extfile", self.path("names.ext")]
            authority = ["-CA", f"{made['ca']}.pem", "-CAkey", f"{made['ca']}.key", "-CAcreateserial"]
            openssl("x509", "-req", "-in", f"{made[name]}.csr", *authority, "-days", "30", "-out", f"{made[name]}.pem", *extensions)
        self.expired(key, made)
        return made

    def expired(self, key, made):
        openssl("req", *key("expired"), "-out", self.path("expired.csr"), "-subj", "/CN=localhost")
        with open(self.path("ca.cnf"), "w", encoding="ascii") as file:
            file.write(f"[ca]\ndefault_ca=d\n[d]\ndatabase={self.path('index')}\nserial={self.path('serial')}\ndefault_md=sha256\n")
            file.write(f"policy=p\nnew_certs_dir={self.folder}\nx509_extensions=e\n[p]\ncommonName=supplied\n")
            file.write("[e]\nsubjectAltName=DNS:localhost,IP:127.0.0.1\n")
        for name, text in (("index", ""), ("serial", "01\n")):
            with open(self.path(name), "w", encoding="ascii") as file:
                file.write(text)
        dates = ["-startdate", "20200101000000Z", "-enddate", "20200201000000Z"]
        authority = ["-cert", f"{made['ca']}.pem", "-keyfile", f"{made['ca']}.key"]
        openssl("ca", "-batch", "-notext", "-config", self.path("ca.cnf"), *authority, *dates, "-in", self.path("expired.csr"), "-out", f"{made['expired']}.pem")

    @functools.cached_property
    def nginx(self):
        """The ports of nginx: `plain`, `h2c`, `tls`, `mutual`."""
        ports = {name: serve.free_port() for name in ("plain", "h2c", "tls", "mutual")}
        pages = self.path("www")
        os.makedirs(pages)
        with open(os.path.join(pages, "zipped"), "w", encoding="ascii") as file:
            file.write('{"plain": "' + "text " * 200 + '"}')
        with open(os.path.join(pages, "big"), "wb") as file:
            file.truncate(100 << 20)
        os.chmod(self.folder, 0o755)
        certificates = {name: self.certificates[name] for name in ("good", "ca")}
        text = NGINX.format(folder=self.folder, **ports, **certificates)
        with open(self.path("nginx.conf"), "w", encoding="ascii") as file:
            file.write(("user root;\n" if os.geteuid() == 0 else "") + text)
        self.spawn(ports["plain"], [shutil.which("nginx"), "-p", self.folder, "-c", self.path("nginx.conf"), "-e", self.path("start.err")])
        return ports

    def proxy(self, more):
        port = serve.free_port()
        with open(self.path(f"tinyproxy-{port}.conf"), "w", encoding="ascii") as file:
            file.write(TINYPROXY.format(port=port, more=more))
        self.spawn(port, [shutil.which("tinyproxy"), "-d", "-c", file.name])
        return port

    @functools.cached_property
    def tinyproxy(self):
        return self.proxy("")

    @functools.cached_property
    def tinyproxy_password(self):
        """It wants the login ann:secret."""
        return self.proxy("BasicAuth ann secret")

    @functools.cached_property
    def haproxy(self):
        """The ports of haproxy: `idle`, `closing`, `rejecting`, `denying`, `empty`."""
        ports = {name: serve.free_port() for name in ("idle", "closing", "rejecting", "denying", "empty")}
        with open(self.path("haproxy.cfg"), "w", encoding="ascii") as file:
            file.write(HAPROXY.format(**ports))
        self.spawn(ports["idle"], [shutil.which("haproxy"), "-f", file.name, "-db"])
        return ports

    @functools.cached_property
    def squid(self):
        """A forward proxy that wants the login ann:secret."""
        port = serve.free_port()
        # It gives up its rights, and then still reads and writes here.
        os.chmod(self.folder, 0o777)
        login = subprocess.run(["openssl", "passwd", "-apr1", "secret"], check=True, capture_output=True, text=True).stdout.strip()
        with open(self.path("squid.logins"), "w", encoding="ascii") as file:
            file.write(f"ann:{login}\n")
        helper = next(path for path in SQUID_HELPERS if os.path.exists(path))
        with open(self.path("squid.conf"), "w", encoding="ascii") as file:
            file.write(SQUID.format(port=port, folder=self.folder, helper=helper))
        self.spawn(port, [shutil.which("squid"), "-N", "-f", file.name])
        return port

    @functools.cached_property
    def fastapi(self):
        port = serve.free_port()
        program = os.path.join(install.folder(), "venv", "bin", "uvicorn")
        arguments = [program, "--host", "127.0.0.1", "--port", str(port), "--log-level", "critical", "--app-dir", HERE]
        self.spawn(port, [*arguments, "--factory", "application:build"], PYTHONDONTWRITEBYTECODE="1")
        return port


# What an installation is called in benches/limiters; tinyproxy and squid are only here.
def missing(need):
    """None if it can be had, otherwise the reason why not."""
    if need in ("tinyproxy", "tinyproxy_password", "squid"):
        try:
            package = need.removesuffix("_password")
            install.debian(package, package)
        except (OSError, subprocess.CalledProcessError) as error:
            return install.reason(error)
        return None
    if need == "certificates":
        return None if shutil.which("openssl") else "`openssl` is missing"
    return install.available({"nginx": "nginx", "haproxy": "haproxy", "fastapi": "uvicorn"}[need])


def basic(user, password):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


if __name__ == "__main__":
    sys.exit("this is a part of benches/reach/run")
