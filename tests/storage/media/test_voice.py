"""Where nobody speaks: silences of known places are found, and pauses between words are not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rater.config import data_folder
from rater.errors import AudioError
from rater.storage.media.audio import ingest
from rater.storage.media.voice import gaps, silences_in, spoken
from tests.builders.audio import Sound, decoded, encode, silence, tone

RATE = 16000


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Sound:
    """Half a minute of a spoken dialogue without long pauses."""
    sound = decoded(data_folder("audio_samples") / "en-4.mp3").mean(axis=1)
    kept = sound[: len(sound) // 3 * 3].reshape(-1, 3).mean(axis=1)
    return kept[: 30 * RATE].astype(np.float32)


def hush(seconds: float) -> Sound:
    """The room at -66 dBFS."""
    return (np.random.default_rng(5).standard_normal(round(seconds * RATE)) * 0.0005).astype(np.float32)


def found(path: Path, sound: Sound) -> list[tuple[float, float]]:
    made = path.with_suffix(".made")
    kept = ingest([encode(path, sound)], made)
    with made.open("rb") as file:
        return silences_in(file, kept.mime, kept.duration_s)


@pytest.mark.parametrize("name", ["a.wav", "a.mp3", "a.m4a", "a.opus", "a.flac"])
def test_silences_are_found_where_they_are(speech: Sound, tmp_path: Path, name: str) -> None:
    sound = np.concatenate([hush(4), speech[: 10 * RATE], hush(3), speech[10 * RATE :], hush(2.5)])
    got = found(tmp_path / name, sound)
    assert got == pytest.approx(np.array([(0, 4), (14, 17), (37, 39.5)]), abs=0.6)
    assert all(round(edge, 2) == edge for pair in got for edge in pair)


def test_control_speech_without_pauses_has_none(speech: Sound, tmp_path: Path) -> None:
    assert found(tmp_path / "a.wav", speech) == []


def test_a_short_pause_belongs_to_the_speech(speech: Sound, tmp_path: Path) -> None:
    middle = 10 * RATE
    assert found(tmp_path / "a.wav", np.concatenate([speech[:middle], hush(0.6), speech[middle:]])) == []


def test_a_silent_recording_is_all_silence(tmp_path: Path) -> None:
    assert found(tmp_path / "a.wav", silence(12.5)) == [(0.0, 12.5)]
    assert found(tmp_path / "b.wav", hush(12.5)) == [(0.0, 12.5)]


def test_noise_and_tones_are_no_error(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).standard_normal(8 * RATE).astype(np.float32) * 0.2
    for number, sound in enumerate((noise, tone(8))):
        got = found(tmp_path / f"{number}.wav", sound)
        assert all(0 <= start < stop <= 8 for start, stop in got)


def test_what_is_no_recording_is_told(tmp_path: Path) -> None:
    broken = tmp_path / "a"
    broken.write_bytes(b"no sound at all" * 100)
    with broken.open("rb") as file, pytest.raises(AudioError, match="cannot be read"):
        silences_in(file, "audio/mp4", 10)


def test_clicks_are_no_speech_and_breaths_do_not_divide_it() -> None:
    frames = [False] * 100 + [True] * 2 + [False] * 100 + ([True] * 20 + [False] * 5) * 4
    assert [tuple(round(edge, 2) for edge in each) for each in spoken(frames)] == [(6.06, 8.91)]
    assert spoken([]) == []
    assert spoken([True] * 3) == []
    assert len(spoken([True] * 20 + [False] * 12 + [True] * 20)) == 2


def test_gaps_leave_room_around_words_and_cover_what_is_not_speech() -> None:
    assert gaps([], 5.0) == [(0.0, 5.0)]
    assert gaps([(2.0, 3.0)], 10.0) == [(0.0, 1.8), (3.2, 10.0)]
    assert gaps([(2.0, 3.0), (4.3, 9.5)], 10.0) == [(0.0, 1.8)]
    assert gaps([], 0.5) == []


def test_memory_does_not_grow_with_the_length(tmp_path: Path) -> None:
    script = """
import sys
from rater.storage.media.voice import silences_in
with open(sys.argv[1], "rb") as file:
    silences_in(file, "audio/wav", float(sys.argv[2]))
print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))
"""
    kib = []
    for minutes in (1, 20):
        path = encode(tmp_path / f"{minutes}.wav", hush(minutes * 60))
        command = [sys.executable, "-c", script, str(path), str(minutes * 60)]
        kib.append(int(subprocess.run(command, capture_output=True, check=True, text=True).stdout))
    assert kib[1] - kib[0] < 8 * 1024
