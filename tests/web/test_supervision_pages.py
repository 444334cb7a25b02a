"""Every page of supervision in every language: valid, titled, labelled, without scripts or styles of its own."""

from __future__ import annotations

import pytest

from tests.web.routes import SUPERVISION, routes
from tests.web.supervised_work import OF_TOM
from tests.web.valid import LANGUAGES, check
from tests.web.world import World

PAGES: dict[str, tuple[str, str, int]] = {
    "start page of a trainee": ("tom", "/", 200),
    "start page of a supervisor": ("sara", "/", 200),
    "start page of a lead": ("lea", "/", 200),
    "start page of a coordinator": ("carl", "/", 200),
    **{f"programme of {name}": (name, "/studies/clinic/supervision", 200) for name in ("tom", "sara", "lea")},
    **{f"profile for {name}": (name, OF_TOM, 200) for name in ("tom", "sara")},
    "profile of one patient": ("sara", f"{OF_TOM}?patient=PT1", 200),
    **{f"portfolio for {name}": (name, f"{OF_TOM}/portfolio?outcomes=1", 200) for name in ("tom", "sara")},
    "portfolio of no session": ("tom", f"{OF_TOM}/portfolio?from=2020-01-01&to=2020-02-01", 200),
    "portfolio of no days": ("tom", f"{OF_TOM}/portfolio?from=soon", 422),
    "overview of a lead": ("lea", "/studies/clinic/supervision/overview", 200),
    "arrangement": ("carl", "/studies/clinic/supervision/arrange", 200),
    **{f"handing in for {name}": (name, "/studies/clinic/supervision/upload", 200) for name in ("tom", "carl")},
    "consents of a programme": ("carl", "/studies/clinic/consents", 200),
    "consents of a research study": ("carl", "/studies/trial/consents", 200),
    "settings of a programme": ("carl", "/studies/clinic/settings", 200),
    **{f"homework of {name}": (name, f"{OF_TOM}/tasks", 200) for name in ("tom", "sara")},
    **{f"task of {name}": (name, f"{OF_TOM}/tasks/{{task}}", 200) for name in ("tom", "sara")},
    **{f"meetings of {name}": (name, f"{OF_TOM}/meetings", 200) for name in ("tom", "sara")},
    **{f"meeting of {name}": (name, f"{OF_TOM}/meetings/{{meeting}}", 200) for name in ("tom", "sara")},
    "minutes of a meeting": ("tom", f"{OF_TOM}/meetings/{{meeting}}/print", 200),
    "handling of homework in a meeting": ("tom", f"{OF_TOM}/meetings/{{meeting}}/handling", 200),
    **{f"reflections of {name}": (name, "/studies/clinic/supervision/reflections", 200) for name in ("tom", "sara")},
    "new reflection": ("tom", "/studies/clinic/supervision/reflections/new/reflect", 200),
    "a reflection": ("tom", "/studies/clinic/supervision/reflections/{reflection}", 200),
    "new task in a meeting": ("tom", f"{OF_TOM}/tasks/new?meeting={{meeting}}", 200),
    "new task": ("tom", f"{OF_TOM}/tasks/new", 200),
    "new task from a template": ("sara", f"{OF_TOM}/tasks/new?template={{template}}", 200),
    "change of a task": ("sara", f"{OF_TOM}/tasks/{{task}}/change", 200),
    "templates of a supervisor": ("sara", "/studies/clinic/supervision/templates", 200),
    **{f"review of {name}": (name, "/studies/clinic/supervision/sessions/{session}", 200) for name in ("tom", "sara")},
    **{
        f"rating of {name}": (name, "/studies/clinic/supervision/sessions/{session}/rate", 200)
        for name in ("tom", "sara")
    },
    "templates of a lead": ("lea", "/studies/clinic/supervision/templates", 200),
}
"""Who looks, at which address with the ids of the clinic in it, and the status."""
NO_PAGES: set[str] = {
    "supervision.attachment_audio",
    "supervision.overview_table",
    "supervision.portfolio_points",
    "supervision.portfolio_scores",
}
"""Endpoints that answer with something else: a table, a picture, sound."""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_every_page(clinic: World, page: str, language: str) -> None:
    name, path, status = PAGES[page]
    answer = clinic.visitors[name].ask("GET", path.format(**clinic.ids), headers={"Accept-Language": language})
    assert (answer.status_code, answer.mimetype) == (status, "text/html")
    check(answer.text, language)


def test_every_route_with_a_page_is_among_them(clinic: World) -> None:
    adapter = clinic.app.url_map.bind("localhost")
    shown = {adapter.match(path.partition("?")[0].format(**clinic.ids))[0] for _, path, _ in PAGES.values()}
    gets = {rule.endpoint for method, rule in routes(clinic.app) if method == "GET"}
    assert {each for each in gets if each.startswith(SUPERVISION)} - NO_PAGES <= shown
