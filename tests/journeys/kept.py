"""What the database has kept of one rating, for journeys that ask whether anything was lost or doubled."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from playwright.sync_api import Page
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from rater.storage.database import db, reading, writing
from rater.storage.models import Assignment, AuditEvent, Note, Point, Rating, Revision, SignIn
from rater.terms import RatingState
from tests.journeys.site import LONG_AGO, Site

MEMORY = """
import { memoryStore } from "./memory.mjs";
export const browserStore = () => memoryStore("none");
"""
"""A module in place of `store.mjs` that keeps nothing beyond the window: the control of every journey with a reload."""


@dataclass
class Kept:
    """Points and codes by item, the notes' texts, how often each kind of change was done, ids done twice."""

    points: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    doubled: list[str] = field(default_factory=list)


def kept(site: Site, address: str) -> Kept:
    """Everything kept of the rating behind an address; a second row of one item fails."""
    with site.app.app_context():
        with reading() as session:
            found = _read(session, address.rsplit("/", 1)[1])
        db.engine.dispose()
    return found


def _read(session: Session, public_id: str) -> Kept:
    assignment = session.scalars(select(Assignment).where(Assignment.public_id == public_id)).one()
    rows = session.scalars(select(Point).join(Revision).join(Rating).where(Rating.assignment_id == assignment.id)).all()
    given = [row for row in rows if row.value is not None or row.missing_code is not None]
    assert len({row.item for row in rows}) == len(rows), "an item has two rows"
    events = session.scalars(select(AuditEvent).where(AuditEvent.subject == f"assignment:{assignment.id}")).all()
    operations = Counter(event.operation_id for event in events if event.operation_id is not None)
    notes = session.scalars(select(Note).where(Note.assignment_id == assignment.id).order_by(Note.text)).all()
    return Kept(
        {row.item: str(int(row.value)) if row.value is not None else str(row.missing_code) for row in given},
        [note.text for note in notes],
        Counter(event.action for event in events),
        [operation for operation, times in operations.items() if times > 1],
    )


def expire_all(site: Site) -> None:
    """End every sign-in."""
    with site.app.app_context(), writing() as session:
        session.execute(update(SignIn).values(ended_at=LONG_AGO))


def set_state(site: Site, address: str, state: RatingState) -> None:
    """Make the rating what another window has made it."""
    with site.app.app_context(), writing() as session:
        named = Assignment.public_id == address.rsplit("/", 1)[1]
        session.execute(update(Assignment).where(named).values(state=state))


def open_rating(page: Page, address: str) -> None:
    """Open a rating and wait until it takes keys."""
    page.goto(address)
    page.locator("main[data-ready]").wait_for()


def rate(page: Page, item: str, value: int) -> None:
    """Give a point by the keyboard."""
    page.locator(f"#item-{item}").focus()
    page.keyboard.press(str(value))


def write_note(page: Page, text: str) -> None:
    """Write a note and keep it."""
    page.keyboard.press("n")
    page.keyboard.type(text)
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")


def open_again(page: Page, address: str) -> Page:
    """Close the page without a word, and open the rating in a fresh window of the same browser."""
    fresh = page.context.new_page()
    page.close()
    fresh.goto(address)
    return fresh
