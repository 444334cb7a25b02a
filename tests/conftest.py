"""What every test may ask for; builders are plain functions in `tests/builders/`."""

import pytest
from hypothesis import settings

settings.register_profile("rater", deadline=None, derandomize=True)  # a busy machine makes no example wrong
settings.register_profile("explore", deadline=None)  # examples of its own each time: --hypothesis-profile explore
settings.load_profile("rater")
pytest_plugins = ["tests.postgres", "tests.browser", "tests.rscript", "tests.application"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browsers first: they mostly wait, and what computes fills the gaps and the end.

    What a browser shows late on a busy machine may be tried once more; the summary counts it as a rerun.
    """
    for each in items:
        if each.get_closest_marker("browser"):
            each.add_marker(pytest.mark.flaky(reruns=1))
    items.sort(key=lambda each: each.get_closest_marker("browser") is None)
