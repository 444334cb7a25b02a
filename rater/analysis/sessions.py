"""The sessions of a study, and what is analysed of each: points taken of its ratings, scores, outcomes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from rater.analysis.taking import Given, Points, Taking
from rater.scales.schema import Scale
from rater.scales.scoring import lagged_score, score
from rater.terms import HomeworkStatus, LeftOut, SessionUse, WaveKind

AVERAGED = Taking()


@dataclass(frozen=True, slots=True)
class ListedSession:
    """A therapy session of the register; `left_out` says why it is left out and of what.

    `homework_status` is what the log knows of what it assigned, and `no_homework_reason` why it assigned nothing.
    """

    session_id: str
    patient_id: str
    therapist_id: str
    session_no: int
    phase: str | None
    held_on: date | None
    duration_min: float | None
    left_out: LeftOut | None
    use: str
    homework_status: HomeworkStatus = HomeworkStatus.NOT_ENTERED
    no_homework_reason: str | None = None

    @property
    def held(self) -> bool:
        """Whether it counts as held: main use, and not a session 0, which is never rated."""
        return self.use == SessionUse.MAIN and self.session_no > 0

    @property
    def eligible(self) -> bool:
        """Whether it was held and is not left out of the main wave."""
        return self.held and not (self.left_out and self.left_out.bars(WaveKind.MAIN))

    @property
    def analysed(self) -> bool:
        """Whether it was held and is not left out at all."""
        return self.held and self.left_out is None


@dataclass(frozen=True)
class AnalysedSession:
    """A session with the raw points that are taken of its ratings, its outcomes as answered, and its scores.

    `n_ratings` counts the ratings it has, whichever the points come from. `previous` are the points of the same
    patient's session before, None where it is absent or left out.
    """

    session: ListedSession
    n_ratings: int
    points: Points = field(default_factory=dict)
    previous: Points | None = None
    scores: Mapping[str, float | None] = field(default_factory=dict)


def analysed_sessions(
    scales: Sequence[Scale],
    sessions: Iterable[ListedSession],
    ratings: Mapping[str, Sequence[Given]],
    outcomes: Mapping[str, Points],
    taking: Taking = AVERAGED,
) -> Iterator[AnalysedSession]:
    """Every session that counts as held and is not left out, in the order given; `ratings` are the main wave's."""
    analysed = [each for each in sessions if each.analysed]
    taken = {each.session_id: taking.of(each.session_id, ratings.get(each.session_id, ())) for each in analysed}
    before = {(each.patient_id, each.session_no + 1): each.session_id for each in analysed}
    for each in analysed:
        points = {**taken[each.session_id], **outcomes.get(each.session_id, {})}
        previous = taken.get(before.get((each.patient_id, each.session_no), ""))
        scores = {
            name: lagged_score(scale, name, points, previous) if wanted.lagged else score(scale, name, points)
            for scale in scales
            for name, wanted in scale.scores.items()
        }
        yield AnalysedSession(each, len(ratings.get(each.session_id, [])), points, previous, scores)
