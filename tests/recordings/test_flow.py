"""The flow from sessions registered to sessions analysed: its numbers add up, and its picture is plain."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from rater.recordings.flow import Aside, DoesNotAddUp, SessionFacts, Step, check_flow, study_flow
from rater.recordings.flow_picture import flow_svg
from rater.recordings.operations.flowing import flow_of
from rater.terms import ExclusionScope, LeftOut, RatingState, SessionUse
from tests.exports.builders import import_example

STATES = st.none() | st.sampled_from(list(RatingState))
OUT = st.none() | st.builds(LeftOut, st.sampled_from(["poor_audio", "moved"]), st.sampled_from(list(ExclusionScope)))
FACTS = st.lists(
    st.builds(
        SessionFacts,
        st.uuids().map(str),
        st.sampled_from(["P1", "P2", "P3"]),
        st.integers(0, 2),
        st.sampled_from(list(SessionUse)),
        st.booleans(),
        OUT,
        STATES,
        STATES,
    ),
    unique_by=lambda each: each.session,
)


@given(FACTS)
def test_the_numbers_add_up_whatever_the_study(facts: list[SessionFacts]) -> None:
    flow = study_flow(facts)
    gone = sum(each.count for box in flow.boxes for each in box.aside)
    assert flow.boxes[0].sessions == len(facts) == flow.boxes[-1].sessions + gone
    assert flow_svg(flow, str) == flow_svg(study_flow(reversed(facts)), str)


def test_numbers_that_do_not_add_up_are_refused() -> None:
    facts = [SessionFacts(f"S{n}", "P1", n, "main", main_state=RatingState.SUBMITTED) for n in range(3)]
    flow = study_flow(facts)
    held = next(place for place, box in enumerate(flow.boxes) if box.step is Step.HELD)
    for broken in (
        replace(flow.boxes[held], sessions=1),
        replace(flow.boxes[held], aside=()),
        replace(flow.boxes[held], aside=[Aside("session_0", 2), Aside("use_training", -1)]),
        replace(flow.boxes[held], patients=2),
    ):
        with pytest.raises(DoesNotAddUp):
            check_flow(replace(flow, boxes=[*flow.boxes[:held], broken, *flow.boxes[held + 1 :]]))
    with pytest.raises(DoesNotAddUp):
        check_flow(replace(flow, double_coded=3))
    with pytest.raises(DoesNotAddUp):
        study_flow([facts[0], facts[0]])


def test_the_example_study(session: Session) -> None:
    flow = flow_of(session, import_example(session))
    assert {box.step.value: box.sessions for box in flow.boxes} == {
        "registered": 213,
        "held": 210,
        "eligible": 197,
        "allocated": 197,
        "rated": 197,
        "analysed": 197,
    }
    aside = {(each.why, each.detail): each.count for box in flow.boxes for each in box.aside}
    assert aside == {
        ("use_calibration", ""): 3,
        ("excluded_main", "no_recording"): 5,
        ("excluded_main", "deviation_from_manual"): 4,
        ("excluded_main", "poor_audio"): 4,
    }
    assert flow.double_coded == 79


def test_the_picture_is_named_and_holds_no_markup_of_a_reason() -> None:
    out = LeftOut('<b>"loud" & long words that a study may well choose for its reasons', ExclusionScope.MAIN)
    flow = study_flow([SessionFacts("S1", "P1", 1, "main", left_out=out), SessionFacts("S2", "P1", 2, "main")])
    root = ElementTree.fromstring(flow_svg(flow, str))
    names = {each.tag.rpartition("}")[2] for each in root.iter()}
    assert names == {"svg", "title", "desc", "rect", "g", "line", "polygon", "text"}
    assert root.attrib["role"] == "img"
    assert "<b>" in "".join(root.itertext())
