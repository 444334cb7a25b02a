"""Writing `ratings_long.csv` of a million points from the database, beside fetching the same points and no more.

The plain fetch is one statement that joins every column of the file, taken by the database's own driver some
thousand rows at a time and thrown away. Each run is in a process of its own; its figures are those of the work after
Rater has started.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.bench import Bench, show
from benchmarks.ingest import peak_mb
from benchmarks.servers import ROOT
from benchmarks.table import Measured, Row

POINTS = 1_000_000
RUNS = 3
LIMIT_RATIO = 4
LIMIT_MB = 60
AT_ONCE = 5000
FETCHED = """
SELECT study.slug, s.code, patient.code, therapist.code, s.number, s.phase, wave.name, a.position, rater.code,
    rating.code, revision.number, scale.scale, scale.version, point.item, point.value, point.missing_code,
    revision.heard_share, revision.submitted_at, point.unsure
FROM study JOIN wave ON wave.study_id = study.id JOIN assignment a ON a.wave_id = wave.id
    JOIN therapy_session s ON s.id = a.session_id JOIN patient ON patient.id = s.patient_id
    JOIN therapist ON therapist.id = s.therapist_id JOIN rater ON rater.id = a.rater_id
    JOIN rating ON rating.assignment_id = a.id JOIN revision ON revision.rating_id = rating.id
    JOIN point ON point.revision_id = revision.id JOIN scale_version scale ON scale.id = point.scale_version_id
WHERE study.slug = 'pilot' AND revision.submitted_at IS NOT NULL
"""


def measure(bench: Bench) -> list[Row]:
    """Seconds for the file and for the fetch in turn, and by how much memory grows."""
    home = bench.folder / "million"
    run("fill", home)
    done: dict[str, list[dict[str, float]]] = {"write": [], "fetch": []}
    for _ in range(RUNS):
        for task, results in done.items():
            results.append(run(task, home))
    taken = {task: Measured([each["seconds"] for each in results]) for task, results in done.items()}
    grown = Measured([each["mb"] for each in done["write"]])
    name = f"CSV of {done['write'][0]['rows']:,.0f} item rows"
    note = f"{done['write'][0]['size'] / 1e6:.0f} MB; the fetch grows by {done['fetch'][0]['mb']:.1f} MB"
    return [
        Row(f"{name}: CPU time", "s", taken["write"], LIMIT_RATIO, "plain fetch", taken["fetch"], notes=[note]),
        Row(f"{name}: memory", "MB", grown, LIMIT_MB, absolute=True),
    ]


def run(task: str, home: Path) -> dict[str, float]:
    """One task in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.exporting", "--task", task, str(home)]
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    result: dict[str, float] = json.loads(answer.stdout)
    return result


def fill(home: Path) -> dict[str, float]:
    """Make the study."""
    from benchmarks.million import fill as fill_study
    from rater.storage import schema
    from rater.storage.database import db, writing

    with opened(home):
        schema.upgrade(db.engine)
        with writing() as session:
            fill_study(session, POINTS)
    return {}


def write(home: Path) -> dict[str, float]:
    """The file as an export writes it."""
    from rater.analysis.operations.register import listed_sessions
    from rater.exports.contents import Rights, StudyData
    from rater.exports.operations import streamed_ratings
    from rater.exports.ratings_long import ratings_long
    from rater.exports.writing import write_table
    from rater.storage.database import reading
    from rater.storage.models import Study
    from rater.studies.operations import scales_of

    with opened(home), reading() as session:
        study = session.query(Study).one()
        with grown() as found:
            scales, sessions = (scale for _, scale in scales_of(study)), listed_sessions(session, study)
            data = StudyData(
                study.slug, study.title, False, tuple(scales), tuple(sessions), streamed_ratings(session, study)
            )
            (made,) = write_table(ratings_long(data, Rights.FULL), home)
    return {**found, "rows": made.rows or 0, "size": made.size}


def fetch(home: Path) -> dict[str, float]:
    """The same rows and no more."""
    from rater.storage.database import reading

    with opened(home), reading() as session:
        raw = session.connection().connection.cursor()
        with grown() as found:
            raw.execute(FETCHED)
            rows = 0
            while some := raw.fetchmany(AT_ONCE):
                rows += len(some)
    return {**found, "rows": rows}


@contextmanager
def opened(home: Path) -> Iterator[None]:
    """Rater's database in `home`."""
    from rater.app import create_app
    from rater.config import Settings
    from rater.storage.database import db

    with create_app(Settings.load({}, home=home), pages=False).app_context():
        yield
        db.engine.dispose()


@contextmanager
def grown() -> Iterator[dict[str, float]]:
    """Seconds of one processor for the block, and the MB that its peak has beyond the memory at its start (Linux)."""
    found: dict[str, float] = {}
    Path("/proc/self/clear_refs").write_text("5")  # the peak is that of the block alone
    before, start = peak_mb(), time.process_time()
    yield found
    found |= {"seconds": time.process_time() - start, "mb": peak_mb() - before}


TASKS = {"fill": fill, "write": write, "fetch": fetch}


def main() -> int:
    """The command; with `--task`, one run and its figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--task", choices=tuple(TASKS))
    parser.add_argument("home", type=Path, nargs="?")
    given = parser.parse_args()
    if not given.task:
        return show([measure])
    print(json.dumps(TASKS[given.task](given.home)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
