"""The committed sample recordings are what their index and dialogues say, and fit to be listened to."""

import functools
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import yaml
from numpy.typing import NDArray

from audio_samples.dialogues import Dialogue, read_dialogue, read_dialogues
from audio_samples.encoding import RATE, decode

FOLDER = Path(__file__).resolve().parents[2] / "audio_samples"
INDEX: list[dict[str, Any]] = yaml.safe_load((FOLDER / "index.yaml").read_text(encoding="utf-8"))["sessions"]
FILES = [session["file"] for session in INDEX]
BY_FILE = {session["file"]: session for session in INDEX}
AUDIO_ENDINGS = {".mp3", ".m4a", ".opus", ".ogg", ".flac", ".wav"}


@functools.cache
def sound(name: str) -> NDArray[np.float64]:
    return np.concatenate(list(decode(FOLDER / name))).astype(np.float64) / 32768


@functools.cache
def dialogue(name: str) -> Dialogue:
    return read_dialogue(FOLDER / BY_FILE[name]["dialogue"])


def stretches_below(samples: NDArray[np.float64], dbfs: float) -> list[float]:
    """Lengths in seconds of the stretches quieter than `dbfs`."""
    size = RATE // 50
    power = (samples[: samples.size // size * size].reshape(-1, size) ** 2).mean(axis=1)
    quiet = np.concatenate([[False], power < 10 ** (dbfs / 10), [False]])
    edges = np.flatnonzero(quiet[1:] != quiet[:-1])
    return [(end - start) * 0.02 for start, end in zip(edges[::2], edges[1::2], strict=True)]


def centre(session: dict[str, Any], act: str) -> float:
    """Where the middle of the act lies, 0 to 1, in the session after its questionnaire, if it has one."""
    ((start, end),) = session["acts"][act]
    opening = session["acts"].get("phq9", [[0.0, 0.0]])[0][1]
    return float(((start + end) / 2 - opening) / (session["duration_s"] - opening))


def test_the_index_lists_exactly_the_recordings_and_the_dialogues():
    assert sorted(FILES) == sorted(path.name for path in FOLDER.iterdir() if path.suffix in AUDIO_ENDINGS)
    assert [session["dialogue"] for session in INDEX] == [f"dialogues/{each.id}.yaml" for each in read_dialogues()]


def test_six_are_english_and_two_german_in_three_containers_at_least():
    languages = [session["language"] for session in INDEX]
    assert (languages.count("en"), languages.count("de"), len(languages)) == (6, 2, 8)
    assert {".mp3", ".m4a", ".opus"} <= {Path(name).suffix for name in FILES}


def test_all_recordings_together_are_smaller_than_15_mb():
    assert sum((FOLDER / name).stat().st_size for name in FILES) < 15_000_000


@pytest.mark.parametrize("name", FILES)
def test_a_recording_is_mono_and_as_long_as_the_index_says(name):
    with av.open(str(FOLDER / name)) as container:
        (stream,) = container.streams
        assert stream.codec_context.channels == 1
    seconds = sound(name).size / RATE
    assert 180 <= seconds <= 360
    assert seconds == pytest.approx(BY_FILE[name]["duration_s"], abs=0.15)


@pytest.mark.parametrize("name", FILES)
def test_a_recording_is_loud_enough_and_does_not_clip(name):
    peak = 20 * np.log10(np.abs(sound(name)).max())
    assert -4.5 < peak < -2.0
    assert -28 < 10 * np.log10((sound(name) ** 2).mean()) < -16


@pytest.mark.parametrize("name", FILES)
def test_silence_of_a_second_is_a_pause_that_the_dialogue_marks(name):
    marked = sum((line.pause or 0) >= 0.8 for line in dialogue(name).lines)
    gaps = [seconds for seconds in stretches_below(sound(name), -45) if seconds >= 1.0]
    assert len(gaps) <= marked
    assert max(gaps, default=0) < 1.5


def test_the_search_for_silence_finds_a_gap_cut_into_speech():
    gapped = sound(FILES[0])[: 60 * RATE].copy()
    gapped[20 * RATE : 22 * RATE] = 0
    assert max(stretches_below(gapped, -45)) >= 2.0


@pytest.mark.parametrize("name", FILES)
def test_a_dialogue_has_two_speakers_with_different_voices_and_450_to_800_words(name):
    written = dialogue(name)
    assert {line.speaker for line in written.lines} == {"therapist", "patient"} == set(written.voices)
    assert written.voices["therapist"].name != written.voices["patient"].name
    assert 450 <= sum(len(line.text.split()) for line in written.lines) <= 800


@pytest.mark.parametrize("name", FILES)
def test_index_and_dialogue_agree(name):
    written, session = dialogue(name), BY_FILE[name]
    assert (written.file, written.language, written.title) == (name, session["language"], session["title"])
    assert (written.handling, written.about) == (session["handling"], session["about"])
    assert set(session["acts"]) == {line.act for line in written.lines if line.act}
    assert {key: session[key] for key in written.details} == written.details


@pytest.mark.parametrize("name", [name for name in FILES if BY_FILE[name]["handling"] != "forgotten"])
def test_review_is_centred_in_the_first_third_and_assignment_in_the_last(name):
    assert BY_FILE[name]["acts"]["review"][0][0] / BY_FILE[name]["duration_s"] < 1 / 3
    assert centre(BY_FILE[name], "review") < 1 / 3
    assert centre(BY_FILE[name], "assignment") > 2 / 3
    assert BY_FILE[name]["assigned"]


def test_in_one_session_homework_was_due_and_is_forgotten_altogether():
    (session,) = [session for session in INDEX if session["handling"] == "forgotten"]
    assert not {"review", "assignment"} & set(session["acts"])
    assert session["due"]
    assert not session["assigned"]


def test_the_handling_of_homework_differs_and_so_does_its_extent():
    assert {"rushed", "forgotten", "careful", "well justified"} <= {session["handling"] for session in INDEX}
    spans = {each["handling"]: (each["acts"].get("assignment", [[0, 0]])[0], each["duration_s"]) for each in INDEX}
    extents = {handling: (end - start) / seconds for handling, ((start, end), seconds) in spans.items()}
    assert extents["rushed"] < 0.15 < 0.35 < extents["well justified"]
    assert {task["completed"] for session in INDEX for task in session["due"]} == {"yes", "partly", "no"}


def test_one_english_session_opens_with_nine_answers_that_add_up_to_the_sum_read_out():
    (session,) = [session for session in INDEX if "phq9" in session["acts"]]
    assert session["language"] == "en"
    asked = [line for line in dialogue(session["file"]).lines if line.act == "phq9"]
    assert [line.speaker for line in asked] == ["therapist", "patient"] * 9 + ["therapist"]
    answers = {"not at all": 0, "several days": 1, "more than half the days": 2, "nearly every day": 3}
    heard = [min(answers, key=lambda words: position(line.text, words)) for line in asked[1::2]]
    assert [answers[words] for words in heard] == session["phq9"]
    assert sum(session["phq9"]) == 11
    assert "eleven" in asked[-1].text


def position(text: str, words: str) -> int:
    """Where the words begin in the text; behind its end where they do not occur."""
    found = text.lower().find(words)
    return len(text) if found < 0 else found


def test_the_marked_act_is_speech_and_not_a_pause():
    session = next(session for session in INDEX if "phq9" in session["acts"])
    ((start, end),) = session["acts"]["phq9"]
    inside = sound(session["file"])[round(start * RATE) : round(end * RATE)]
    before = sound(session["file"])[round((start - 0.2) * RATE) : round((start - 0.05) * RATE)]
    assert 10 * np.log10((inside[: RATE // 2] ** 2).mean()) > -40
    assert 10 * np.log10((before**2).mean()) < -50
