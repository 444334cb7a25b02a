"""Numbers as pages show them."""

from __future__ import annotations

import pytest
from flask import Flask

from rater.web.language import figure
from tests.application import make_app


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return make_app(tmp_path_factory.mktemp("language"))


@pytest.mark.parametrize(
    ("value", "language", "shown"),
    [
        (-0.004, "en", "0.00"),
        (-0.006, "en", "-0.01"),
        (0.005001, "de", "0,01"),
        (-0.0, "de", "0,00"),
        (1, "en", "1.00"),
        (None, "en", "–"),
    ],
)
def test_figures_have_their_decimals_and_zero_has_no_sign(
    app: Flask, value: float | None, language: str, shown: str
) -> None:
    with app.test_request_context(headers={"Accept-Language": language}):
        assert figure(value) == shown


def test_whole_numbers_have_none(app: Flask) -> None:
    with app.test_request_context():
        assert figure(79, 0) == "79"
