"""What tests of imports hand in: lists, short recordings, and a visitor who sends them."""

from __future__ import annotations

import hashlib
import io
import re
from pathlib import Path

from werkzeug.test import TestResponse

from rater.jobs import run_next
from tests.builders.audio import encode, speechlike
from tests.builders.media import sent_so_far
from tests.web.world import LATER, Visitor, World

HEADER = "session_id,patient_id,therapist_id,session_no,audio_file\n"
SEEN = re.compile(r'name="seen" value="(\w+)"')
EDGE = 1024 * 1024


def sound(folder: Path, seed: int = 1, seconds: float = 1, suffix: str = "wav") -> bytes:
    """The bytes of a short recording."""
    return encode(folder / f"{seed}.{suffix}", speechlike(seconds, seed=seed)).read_bytes()


def edges(data: bytes) -> str:
    """The hash by which a file is known again."""
    return hashlib.sha256(data[:EDGE] + data[max(0, len(data) - EDGE) :]).hexdigest()


def begin(visitor: Visitor, rows: str | bytes, name: str = "sessions.csv") -> str:
    """Begin an import with a list of these rows, or with exactly these bytes; its address."""
    data = rows if isinstance(rows, bytes) else (HEADER + rows).encode()
    answer = visitor.ask("POST", "/studies/pilot/import", form={"list": (io.BytesIO(data), name)})
    assert answer.status_code == 303, answer.text
    return answer.location


def announce(visitor: Visitor, address: str, path: str, data: bytes) -> TestResponse:
    """Say that a file is coming."""
    return visitor.ask("POST", f"{address}/uploads", {"path": path, "size": len(data), "edges": edges(data)})


def put(visitor: Visitor, upload: str, offset: int | str, data: bytes) -> TestResponse:
    """Send one piece."""
    headers = {"X-CSRFToken": visitor.token, "Accept": "application/json"}
    kind = "application/octet-stream"
    return visitor.client.put(f"/uploads/{upload}?offset={offset}", data=data, headers=headers, content_type=kind)


def send(visitor: Visitor, address: str, path: str, data: bytes) -> str:
    """Announce a file and send it whole; the id of its upload."""
    answer = announce(visitor, address, path, data)
    assert answer.status_code == 200, answer.text
    upload = str((answer.json or {})["id"])
    assert put(visitor, upload, 0, data).json == {"received": len(data), "complete": True}
    return upload


def work(world: World) -> None:
    """Let the worker do all that waits."""
    with world.app.app_context():
        while run_next(world.app.extensions["rater_settings"], lambda: LATER):
            pass


def look(world: World, visitor: Visitor, address: str) -> TestResponse:
    """The preview, once the worker has listened."""
    visitor.ask("POST", f"{address}/check")
    work(world)
    return visitor.ask("GET", f"{address}/preview")


def confirm(world: World, visitor: Visitor, address: str, *confirmed: str) -> TestResponse:
    """Look at the preview and confirm it; the page of the import when the worker is done."""
    seen = SEEN.search(look(world, visitor, address).text)
    assert seen is not None
    form = {"seen": seen[1], "confirmed": list(confirmed)}
    answer = visitor.ask("POST", f"{address}/confirm", form=form)
    if answer.status_code != 303:
        return answer
    work(world)
    return visitor.ask("GET", address)


def uploaded(world: World) -> list[Path]:
    """The files in the folder of uploads."""
    return [each for each in (world.database.parent / "uploads").rglob("*") if each.is_file()]


def arrived(world: World) -> list[bytes]:
    """What the files in the folder of uploads hold."""
    return [sent_so_far(world.app.extensions["rater_settings"], each) for each in uploaded(world)]
