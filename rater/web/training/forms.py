"""What the forms of training carry."""

from __future__ import annotations

from collections.abc import Mapping

from rater.scales.schema import Item
from rater.training.verdicts import Verdict


def sent_verdict(form: Mapping[str, str], item: Item) -> Verdict:
    """The choice sent for an item: a point, a missing code, or neither; what is no point is taken for a code."""
    chosen = form.get(f"point-{item.id}", "")
    why = form.get(f"why-{item.id}", "").replace("\r\n", "\n").strip()
    points = {str(point): float(point) for point in item.points}
    if chosen in points:
        return Verdict(points[chosen], None, why)
    return Verdict(None, chosen or None, why)


def sent_version(form: Mapping[str, str], item: str) -> int:
    """The version of an item that the page showed; -1, which is never kept, for what is no number."""
    seen = form.get(f"seen-{item}", "0")
    return int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else -1
