"""Which assignments are a rater's own: the one condition that every statement of the rating screen asks."""

from __future__ import annotations

from sqlalchemy import bindparam, or_

from rater.storage.database import table_of
from rater.storage.models import Assignment, Membership, Rater
from rater.terms import Role

_assignment, _rater, _membership = (table_of(each).c for each in (Assignment, Rater, Membership))

RATES_IN_STUDY = (
    (_membership.study_id == _rater.study_id)
    & (_membership.person_id == _rater.person_id)
    & (_membership.role == Role.RATER)
)
"""How a rater's code joins the membership of the person behind it."""

IS_OWN = (
    (_assignment.public_id == bindparam("public_id"))
    & (_rater.person_id == bindparam("person_id"))
    & (_membership.since <= bindparam("now"))
    & or_(_membership.until.is_(None), _membership.until > bindparam("now"))
)
"""Whether an assignment has this `public_id` and its rater is this `person_id`, still a rater in the study `now`."""
