"""Serve the pages, with a worker for background jobs beside them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import Any

import click
from flask import Flask
from gunicorn.app.base import BaseApplication

from rater.cli.run import answers, application
from rater.config import Settings

THREADS = 64


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn carries no types
    """gunicorn with threads, one process more than needed to keep one slow request from stopping all."""

    def __init__(self, make_app: Any, settings: Settings, options: dict[str, Any]) -> None:
        self.make_app, self.settings, self.options = make_app, settings, options
        super().__init__()

    def load_config(self) -> None:
        """Hand our options to gunicorn."""
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """The application, made in each worker."""
        app: Flask = self.make_app(self.settings)
        return app


def serve_forever(host: str, port: int, workers: int) -> None:
    """Serve until told to stop; the job worker ends with the server."""
    make_app = click.get_current_context().find_root().obj
    settings = Settings.load()
    worker = subprocess.Popen(
        [sys.executable, "-c", "from rater.app import main; main()", "jobs", "work"], env=os.environ.copy()
    )
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    options = {
        "bind": f"{host}:{port}",
        "workers": workers,
        "threads": THREADS,
        "worker_class": "gthread",
        "keepalive": 30,
        "accesslog": None,
        "loglevel": "warning",
        "proc_name": "rater",
        "limit_request_line": 4094,
    }
    try:
        Server(make_app, settings, options).run()
    finally:
        worker.terminate()
        worker.wait(10)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=2, show_default=True, help="Web processes, each with 64 threads.")
@answers
def serve(host: str, port: int, workers: int) -> None:
    """Serve the pages on HOST:PORT and do background work.

    Example: rater serve --port 8000
    """
    with application():
        pass
    click.echo(f"Rater is at http://{host}:{port} (stop it with Ctrl-C)", err=True)
    serve_forever(host, port, workers)
