"""Files in pieces, for scripts: announce one, send its pieces in order, ask how much is here."""

from __future__ import annotations

from flask import jsonify, request
from flask.typing import ResponseReturnValue

from rater.errors import BadInput, Fault
from rater.recordings.operations import uploading
from rater.storage.database import reading, writing
from rater.terms import Reason
from rater.web.access import Access, actor, declares, now
from rater.web.bodies import json_body
from rater.web.limits import takes_up_to
from rater.web.recordings.blueprint import limits, pages, uploads


@pages.post("/imports/<public_id>/uploads")
@declares(Access.SIGNED_IN)
def announce(public_id: str) -> ResponseReturnValue:
    """The id of a file's upload, and how much of it is here."""
    body = json_body(path=(str,), size=(int,), edges=(str,))
    with writing() as session:
        upload, received = uploading.announce(
            session,
            actor(),
            public_id,
            uploads(),
            body["path"],
            body["size"],
            body["edges"],
            limits(),
            now=now(),
        )
        if received == upload.size:
            uploading.complete(session, actor(), upload, uploads(), now=now())
        return jsonify(id=upload.public_id, received=received, complete=upload.complete_at is not None)


@pages.put("/uploads/<public_id>")
@takes_up_to(lambda _: uploading.CHUNK)
@declares(Access.SIGNED_IN)
def receive(public_id: str) -> ResponseReturnValue:
    """Take one piece, which begins at `offset`; who may send it is asked before it is read."""
    with reading() as session:
        uploading.upload_of(session, actor(), public_id, now=now())
    offset = request.args.get("offset", "")
    if not (offset.isascii() and offset.isdecimal() and len(offset) < 16):
        raise BadInput(Fault(Reason("The piece does not say where it begins"), Reason("Load the page again")))
    data = request.get_data(cache=False)
    with reading() as session:
        upload = uploading.upload_of(session, actor(), public_id, now=now())
        received, size = uploading.take_piece(upload, uploads(), int(offset), data), upload.size
    if received == size:
        _complete(public_id)
    return jsonify(received=received, complete=received == size)


def _complete(public_id: str) -> None:
    with writing() as session:
        upload = uploading.upload_of(session, actor(), public_id, now=now())
        uploading.complete(session, actor(), upload, uploads(), now=now())


@pages.delete("/uploads/<public_id>")
@declares(Access.SIGNED_IN)
def discard(public_id: str) -> ResponseReturnValue:
    """Take a file out of the import."""
    with writing() as session:
        uploading.remove_upload(session, actor(), public_id, uploads(), now=now())
    return jsonify({})
