"""Weight of the rating screen: its HTML and every style and script that a browser fetches for it."""

from __future__ import annotations

import gzip
import re
import sys
from urllib.parse import urljoin

from benchmarks.bench import Bench, alone, ask
from benchmarks.table import Measured, Row

LINKED = re.compile(r"""<(?:link[^>]*?\bhref|script[^>]*?\bsrc)=["']([^"']+\.(?:css|m?js))["']""")
IMPORTED = re.compile(r"""(?:\bfrom\s*|\bimport\s*\(?\s*)["']([^"']+?\.m?js)["']""")
ATTACHED = re.compile(r"""data-module=["']([\w-]+)["']""")
STYLED = re.compile(r"""@import\s+(?:url\()?["']?([^"')]+)""")


def measure(bench: Bench) -> list[Row]:
    """kB in all, as they are and compressed each by gzip."""
    files = fetched(bench)
    raw = sum(len(body) for body in files.values()) / 1000
    small = sum(len(gzip.compress(body, 6)) for body in files.values()) / 1000
    heaviest = sorted(files, key=lambda path: -len(files[path]))[:3]
    listed = ", ".join(f"{_name(path)} {len(files[path]) / 1000:.0f} kB" for path in heaviest)
    return [
        Row(
            "rating screen: HTML + JS + CSS",
            "kB",
            Measured([raw]),
            450,
            absolute=True,
            notes=[f"{len(files)} files, the largest: {listed}"],
        ),
        Row("rating screen, compressed (gzip)", "kB", Measured([small]), 120, absolute=True),
    ]


def fetched(bench: Bench) -> dict[str, bytes]:
    """The page and all that it leads to, by path. Dynamic imports count, since the waveform comes by one."""
    who = bench.raters[0]
    first = f"/ratings/{who.assignment}"
    files: dict[str, bytes] = {}
    waiting = [first]
    while waiting:
        path = waiting.pop()
        if path in files:
            continue
        response, files[path] = ask(bench.rater, "GET", path, who.headers)
        if response.status != 200:
            raise RuntimeError(f"{path} was answered with {response.status}")
        waiting += led_to(path, files[path].decode())
    return files


def _name(path: str) -> str:
    return path.rpartition("/")[2] if path.startswith("/static/") else "the page"


def led_to(path: str, text: str) -> list[str]:
    """The paths that a page, a style or a module makes a browser fetch."""
    if path.endswith(".css"):
        found = STYLED.findall(text)
    elif path.endswith("js"):
        found = IMPORTED.findall(text)
    else:
        found = [*LINKED.findall(text), *(f"/static/js/{name}.mjs" for name in ATTACHED.findall(text))]
    return [urljoin(path, each).partition("?")[0] for each in found]


if __name__ == "__main__":
    sys.exit(alone(measure, __doc__))
