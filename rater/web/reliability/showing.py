"""What the reliability page is filled with, from what a job has kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeGuard

from rater.figures.language import Language
from rater.notices.letters import sayings
from rater.reliability.methods import Methods, methods


def is_complete(report: Mapping[str, Any] | None) -> TypeGuard[Mapping[str, Any]]:
    """Whether there is a report, and of a release that kept all that the page and its tables show."""
    return report is not None and "design" in report


def methods_in(report: Mapping[str, Any] | None, locales: Iterable[str]) -> dict[str, Methods]:
    """The methods paragraphs by language; none where there is no report, or one from before they were written."""
    if not is_complete(report):
        return {}
    languages = [Language(each, sayings(each)) for each in locales]
    return {each.code: methods(report, each.code, each.say, each.number) for each in languages}
