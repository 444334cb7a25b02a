"""A list whose columns bear other names: they are mapped on the page, and the import goes through."""

from __future__ import annotations

import io

import pytest

from tests.builders.imports import begin, confirm, look
from tests.web.valid import both, check
from tests.web.world import World

LIST = "Sitzung,patient_id,therapist,Nr,Ort\nS1,P9,T1,1,Bonn\nS2,P9,T1,x,Bonn\n"
NAMES = {"Sitzung": "session_id", "therapist": "therapist_id", "Nr": "session_no", "Ort": ""}


def chosen(page: str) -> dict[str, str]:
    """What each column of the list is said to mean, as the page has it selected."""
    rows = page.split("mapping-table")[1].split("<tbody>")[1].split("</tbody>")[0].split("</tr>")[:-1]
    found = {}
    for row in rows:
        name = row.split('name="theirs" value="')[1].split('"')[0]
        found[name] = row.split('" selected')[0].rsplit('"', 1)[1] if " selected" in row else ""
    return found


def map_to(world: World, address: str, names: dict[str, str]) -> int:
    form = {"theirs": list(names), "ours": list(names.values())}
    return world.visitors["carla"].ask("POST", f"{address}/columns", form=form).status_code


def test_columns_are_offered_mapped_and_imported(world: World) -> None:
    carla = world.visitors["carla"]
    address = begin(carla, LIST.encode())
    page = both(world, "carla", address).text
    assert chosen(page) == {"Sitzung": "", "therapist": "therapist_id", "Nr": "", "Ort": ""}
    assert 'class="mapping" open' in page
    assert map_to(world, address, NAMES) == 303
    page = both(world, "carla", address).text
    assert chosen(page) == NAMES
    assert 'class="mapping" open' not in page
    assert "x is not a whole number" in page
    assert ">session_no<" in page.split('class="faults"')[1]
    mended = (io.BytesIO(LIST.replace(",x,", ",2,").encode()), "mended.csv")
    assert carla.ask("POST", f"{address}/list", form={"list": mended}).status_code == 303
    assert "What will be written" in look(world, carla, address).text
    assert "The import is done" in confirm(world, carla, address).text
    codes = [row for row in world.contents()["therapy_session"] if "'S1'" in row or "'S2'" in row]
    assert len(codes) == 2


def test_a_mapping_may_be_taken_back(world: World) -> None:
    address = begin(world.visitors["carla"], LIST.encode())
    map_to(world, address, NAMES)
    assert map_to(world, address, dict.fromkeys(NAMES, "")) == 303
    page = world.visitors["carla"].ask("GET", address).text
    assert chosen(page)["Sitzung"] == ""
    assert "The column session_id is missing" in page


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ({"Sitzung": "session_id", "Nr": "session_id"}, "maps a column a second time"),
        ({"Sitzung": "session_id", " ": "session_no"}, "does not name two columns"),
    ],
)
def test_a_mapping_that_cannot_be_is_told_and_changes_nothing(world: World, names: dict[str, str], words: str) -> None:
    carla = world.visitors["carla"]
    address = begin(carla, LIST.encode())
    form = {"theirs": list(names), "ours": list(names.values())}
    answer = carla.ask("POST", f"{address}/columns", form=form)
    assert (answer.status_code, words in answer.text) == (422, True)
    check(answer.text, "en")
    assert chosen(carla.ask("GET", address).text)["Sitzung"] == ""


@pytest.mark.parametrize("names", [{"Ort": "no_such_column"}, {"Gone": "session_id"}, {"Sitzung": "patient_id"}])
def test_a_mapping_to_or_from_nothing_leaves_a_page_that_says_so(world: World, names: dict[str, str]) -> None:
    carla = world.visitors["carla"]
    address = begin(carla, LIST.encode())
    assert map_to(world, address, names) == 303
    for page in (address, f"{address}/preview"):
        answer = carla.ask("GET", page)
        assert (answer.status_code, "What to do" in answer.text) == (200, True)
    assert carla.ask("POST", f"{address}/confirm", form={}).status_code == 422


def test_a_list_that_rater_knows_offers_nothing(world: World) -> None:
    address = begin(world.visitors["carla"], "S1,P9,T1,1,\n")
    assert "mapping-table" not in world.visitors["carla"].ask("GET", address).text
