"""The pages of rating, gathered from the modules beside this one."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("ratings", __name__)
