"""The pages of supervision, gathered from the modules beside this one."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("supervision", __name__)
