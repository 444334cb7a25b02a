"""Excerpts of stored recordings: the right seconds, what is masked silent, nothing of the original's tags."""

from __future__ import annotations

import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av.error
import numpy as np
import pytest

from rater.errors import AudioError
from rater.storage.media.audio import ingest
from rater.storage.media.excerpt import MIME, cut_excerpt
from tests.builders.audio import LYRICS, TITLE, Sound, decoded, encode, speechlike

RATE = 48000
SECONDS = 20
SPAN = (7.25, 12.5)
TAGS = {"title": TITLE, "lyrics": LYRICS, "comment": LYRICS}


def stored(folder: Path, suffix: str = "mp3", *, channels: int = 1) -> tuple[Path, str]:
    """A recording as the store holds it, and its type."""
    sound = speechlike(SECONDS)
    source = encode(folder / f"a.{suffix}", sound, channels=channels, out_rate=RATE, tags=TAGS, bit_rate=128000)
    return folder / "stored", ingest([source], folder / "stored").mime


def cut(
    folder: Path,
    recording: tuple[Path, str],
    span: tuple[float, float],
    silent: list[tuple[float, float]] | None = None,
) -> Sound:
    """The excerpt, decoded; mono."""
    with recording[0].open("rb") as file:
        cut_excerpt(file, recording[1], span, silent or [], folder / "cut")
    return decoded(folder / "cut")[:, 0]


def likeness(excerpt: Sound, whole: Sound, starts_s: float) -> float:
    """The correlation of an excerpt, without its fades, with the recording from a second on."""
    at, edge = round(starts_s * RATE), RATE // 50
    there = whole[at + edge : at + len(excerpt) - edge]
    return float(np.corrcoef(excerpt[edge : edge + len(there)], there)[0, 1])


@pytest.mark.parametrize("suffix", ["wav", "mp3", "m4a", "opus", "flac"])
def test_the_cut_is_the_recording_at_these_seconds(tmp_path: Path, suffix: str) -> None:
    recording = stored(tmp_path, suffix)
    excerpt, whole = cut(tmp_path, recording, SPAN), decoded(recording[0])[:, 0]
    assert len(excerpt) == pytest.approx((SPAN[1] - SPAN[0]) * RATE, abs=2)
    assert likeness(excerpt, whole, SPAN[0]) > 0.98
    assert np.sqrt(np.mean(excerpt**2)) == pytest.approx(
        np.sqrt(np.mean(whole[round(SPAN[0] * RATE) : round(SPAN[1] * RATE)] ** 2)), rel=0.05
    )


@pytest.mark.parametrize("shift", [-1.0, -0.002, 0.002, 1.0])
def test_a_cut_at_other_seconds_is_seen(tmp_path: Path, shift: float) -> None:
    recording = stored(tmp_path, "wav")
    whole = decoded(recording[0])[:, 0]
    shifted = cut(tmp_path, recording, (SPAN[0] + shift, SPAN[1] + shift))
    assert likeness(shifted, whole, SPAN[0]) < 0.6
    assert likeness(shifted, whole, SPAN[0] + shift) > 0.98


@pytest.mark.parametrize("channels", [1, 2, 6])
def test_one_and_two_channels_stay_and_more_become_two(tmp_path: Path, channels: int) -> None:
    recording = stored(tmp_path, "wav", channels=channels)
    cut(tmp_path, recording, SPAN)
    assert decoded(tmp_path / "cut").shape[1] == min(2, channels)


@pytest.mark.parametrize("silent", [(9.0, 10.0), (0.0, 8.0), (12.0, 20.0)])
def test_what_is_masked_is_silent_and_the_rest_is_not(tmp_path: Path, silent: tuple[float, float]) -> None:
    excerpt = cut(tmp_path, stored(tmp_path), SPAN, [silent])
    first, last = (round((min(max(each, SPAN[0]), SPAN[1]) - SPAN[0]) * RATE) for each in silent)
    assert np.abs(excerpt[first:last]).max() < 0.001
    assert len(excerpt) == pytest.approx((SPAN[1] - SPAN[0]) * RATE, abs=2)
    margin = RATE // 4
    rest = np.concatenate([excerpt[: max(0, first - margin)], excerpt[last + margin :]])
    assert np.sqrt(np.mean(rest**2)) > 0.02


def test_nothing_of_masked_seconds_reaches_the_file(tmp_path: Path) -> None:
    """Two recordings that differ in the masked seconds alone give one file; unmasked, two."""
    sound = speechlike(SECONDS, RATE)
    other = sound.copy()
    other[9 * RATE : 10 * RATE] = 0.8 * np.sign(np.sin(np.arange(RATE) / 20))
    made = {}
    for silent in ([(9.0, 10.0)], []):
        files = []
        for number, each in enumerate((sound, other)):
            source = encode(tmp_path / f"{number}.wav", each, RATE)
            kept = ingest([source], tmp_path / "kept")
            cut(tmp_path, (tmp_path / "kept", kept.mime), SPAN, silent)
            files.append((tmp_path / "cut").read_bytes())
        made[bool(silent)] = files[0] == files[1]
    assert made == {True: True, False: False}


def test_no_tag_of_the_original_is_in_it(tmp_path: Path) -> None:
    recording = stored(tmp_path)
    cut(tmp_path, recording, SPAN)
    kept, original = (tmp_path / "cut").read_bytes(), (tmp_path / "a.mp3").read_bytes()
    for word in (TITLE, LYRICS):
        assert word.encode() not in kept
    assert TITLE.encode("utf-16-le") in original or TITLE.encode() in original
    with av.open(str(tmp_path / "cut")) as container:
        assert not set(container.metadata) - {"ENCODER", "encoder", "DURATION"}
    assert MIME == "audio/webm"


def test_it_tells_how_far_it_has_read(tmp_path: Path) -> None:
    recording, told = stored(tmp_path), list[tuple[int, int]]()
    with recording[0].open("rb") as file:
        cut_excerpt(file, recording[1], SPAN, [], tmp_path / "cut", lambda *each: told.append(each))
    assert told[-1] == (12, 13)
    assert told == sorted(told)


@pytest.mark.parametrize("damage", ["cut short", "no sound", "empty"])
def test_a_broken_recording_is_refused(tmp_path: Path, damage: str) -> None:
    path, mime = stored(tmp_path, "wav")
    data = path.read_bytes()
    path.write_bytes({"cut short": data[: len(data) // 3], "no sound": b"x" * 5000, "empty": b""}[damage])
    with pytest.raises(AudioError, match="cannot be read"):
        cut(tmp_path, (path, mime), SPAN)


def test_a_full_disk_is_not_taken_for_a_broken_recording(tmp_path: Path) -> None:
    recording = stored(tmp_path)
    with no_room_beyond(2000), pytest.raises((OSError, av.error.FFmpegError)):
        cut(tmp_path, recording, SPAN)


@contextmanager
def no_room_beyond(size: int) -> Iterator[None]:
    """Files of this process cannot grow beyond so many bytes, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
