"""What a supervision programme shows of a study's pages, and what it leaves out."""

from __future__ import annotations

import html
import re

import pytest

from tests.web.world import World

SECTION = re.compile(r'<nav class="sections".*?</nav>', re.DOTALL)


def sections(clinic: World, name: str, path: str) -> list[str]:
    found = SECTION.search(clinic.visitors[name].ask("GET", path).text)
    return re.findall(r"<a [^>]*>([^<]+)<", found[0]) if found else []


def test_a_coordinator_finds_what_a_programme_needs(clinic: World) -> None:
    in_programme = sections(clinic, "carl", "/studies/clinic/settings")
    assert {"Import", "Recordings", "Exclusions", "Homework", "Settings"} <= set(in_programme)
    research = sections(clinic, "carl", "/studies/trial/settings")
    assert {"Allocation", "Board"} <= set(research) - set(in_programme)


@pytest.mark.parametrize(
    ("name", "label"), [("sara", "My trainees"), ("tom", "My own sessions"), ("lea", "The programme")]
)
def test_the_start_page_leads_into_the_programme(clinic: World, name: str, label: str) -> None:
    page = html.unescape(clinic.visitors[name].ask("GET", "/").text)
    assert re.search(rf'<a [^>]*href="/studies/clinic/supervision"[^>]*>{label}</a>', page)
    assert "is being built" not in page


def test_the_settings_of_a_programme_are_shown_and_kept(clinic: World) -> None:
    carl, path = clinic.visitors["carl"], "/studies/clinic/settings"
    page = carl.ask("GET", path).text
    assert 'name="rated_by"' in page
    assert 'name="gate_threshold"' not in page
    assert 'name="rated_by"' not in carl.ask("GET", "/studies/trial/settings").text
    form = {"title": "Study clinic", "phases": "1-4,5-", "rated_by": "self", "consent_version": ""}
    shown = carl.ask("POST", path, form=form)
    assert "The trainee alone" in shown.text
    hidden = dict(re.findall(r'name="(seen|text)" value="([^"]*)"', shown.text))
    kept = carl.ask("POST", f"{path}/keep", form={name: html.unescape(value) for name, value in hidden.items()})
    assert kept.status_code == 303
    after = carl.ask("GET", f"{path}/study.yaml").text
    assert {'kind: "supervision"  # stays', "self_first: false", 'rated_by: "self"'} <= set(after.splitlines())
