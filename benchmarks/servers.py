"""The servers that are compared: Rater as `rater serve` starts it, bare Flask under the same gunicorn, nginx."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PATIENCE_S = 30
BARE = """
from flask import Flask, jsonify, request
app = Flask("bare")
@app.route("/", methods=["GET", "PUT"])
def nothing():
    request.get_data()
    return jsonify(version=1)
"""
NGINX = """
daemon off;
{user}
worker_processes auto;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 256; }}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000;
  default_type audio/mpeg;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  types {{ text/html html; }}
  {server}
}}
"""
STATIC = "server {{ listen 127.0.0.1:{port}; root {root}; }}"
BEFORE_RATER = """
  upstream rater {{ server 127.0.0.1:{rater}; keepalive 64; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{ proxy_pass http://rater; proxy_http_version 1.1; proxy_set_header Connection ""; }}
    location {address}/ {{ internal; alias {root}/; }}
  }}
"""
SENT_BY_NGINX = "/stored"


class Missing(Exception):
    """Something that a benchmark needs is not installed; the message says how to get it."""


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port: int = asked.getsockname()[1]
        return port


@contextmanager
def started(command: Sequence[str], port: int, *, environ: dict[str, str] | None = None) -> Iterator[int]:
    """A server of our own, from the moment it listens until the end of the block; its process id."""
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **(environ or {})}, stderr=subprocess.PIPE)
    try:
        _await(process, port)
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            words = process.stderr.read().decode(errors="replace") if process.stderr else ""
            raise RuntimeError(f"a server did not start: {words.strip()[-2000:]}")
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"a server did not listen within {PATIENCE_S} s")


@contextmanager
def rater_server(home: Path, port: int, **settings: str) -> Iterator[int]:
    """Rater on the study in `home`: two web processes of 64 threads and the process for jobs."""
    command = [sys.executable, "-c", "from rater.app import main; main()", "serve", "--port", str(port)]
    with started(command, port, environ={"RATER_HOME": str(home), **settings}) as process:
        yield process


@contextmanager
def bare_server(folder: Path, port: int) -> Iterator[int]:
    """A route of Flask that does nothing, under gunicorn as Rater uses it."""
    (folder / "bare.py").write_text(BARE)
    command = [sys.executable, "-m", "gunicorn", "--workers", "2", "--threads", "64", "--worker-class", "gthread"]
    command += ["--keep-alive", "30", "--log-level", "warning", "--chdir", str(folder)]
    with started([*command, "--bind", f"127.0.0.1:{port}", "bare:app"], port) as process:
        yield process


@contextmanager
def nginx_server(folder: Path, root: Path, port: int, rater: int | None = None) -> Iterator[int]:
    """nginx with a configuration of its own in `folder`, sending the files below `root`. Raises Missing.

    With the port of a Rater it passes requests on to it, and sends only the files that Rater names to it.
    """
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if program is None:
        raise Missing("nginx, the peer of ranges, is not installed. On Debian: apt-get install nginx-light")
    user = f"user {pwd.getpwuid(0).pw_name};" if os.geteuid() == 0 else ""
    made = folder / "nginx.conf"
    kind = STATIC if rater is None else BEFORE_RATER
    server = kind.format(port=port, root=root, rater=rater, address=SENT_BY_NGINX)
    made.write_text(NGINX.format(folder=folder, server=server, user=user))
    with started([program, "-e", str(folder / "error.log"), "-c", str(made), "-p", str(folder)], port) as process:
        yield process


def web_workers(server: int) -> list[int]:
    """The process ids of a gunicorn's workers: its children, without the one that does background jobs."""
    return [child for child in _children(server) if b"jobs" not in Path(f"/proc/{child}/cmdline").read_bytes()]


def _children(process: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
