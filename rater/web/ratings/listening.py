"""What a rater has heard, as the player tells it."""

from __future__ import annotations

from flask import jsonify
from flask.typing import ResponseReturnValue

from rater.ratings.operations.listening import note_listening
from rater.storage.database import writing
from rater.web.access import Access, actor, declares, now
from rater.web.bodies import json_body
from rater.web.ratings.blueprint import pages


@pages.put("/ratings/<public_id>/listening")
@declares(Access.SIGNED_IN)
def note_heard(public_id: str) -> ResponseReturnValue:
    """Keep what one window has heard so far, and where it stands."""
    number = (int, float)
    body = json_body(op=(str, type(None)), heard=(list,), position=number, speed=number, window=(str,), active=number)
    told = (body["heard"], body["position"], body["speed"], body["window"], body["active"])
    with writing() as session:
        heard = note_listening(session, actor(), public_id, *told, now=now())
    return jsonify(share=heard.share)
