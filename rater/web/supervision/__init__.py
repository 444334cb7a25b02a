"""The pages of supervision, for trainees, their supervisors, the programme's lead and who arranges it."""

from rater.web.supervision import (
    arranging,
    attaching,
    commenting,
    consenting,
    handing_in,
    handling,
    home,
    meetings,
    overview,
    portfolio,
    profile,
    rating,
    reflecting,
    reviewing,
    tasks,
    templates,
)
from rater.web.supervision.blueprint import pages

__all__ = [
    "arranging",
    "attaching",
    "commenting",
    "consenting",
    "handing_in",
    "handling",
    "home",
    "meetings",
    "overview",
    "pages",
    "portfolio",
    "profile",
    "rating",
    "reflecting",
    "reviewing",
    "tasks",
    "templates",
]
