"""The pages of rater training, gathered from the modules beside this one."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("training", __name__)
