"""The pages of rater training, for those who lead it and for those who are trained."""

from rater.web.training import certifying, criterion, discussing, drift, examples, overview, own, steps, waves, wording
from rater.web.training.blueprint import pages

__all__ = [
    "certifying",
    "criterion",
    "discussing",
    "drift",
    "examples",
    "overview",
    "own",
    "pages",
    "steps",
    "waves",
    "wording",
]
