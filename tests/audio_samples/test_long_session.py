"""The long recording is as long as asked for, in each format, and sounds all the way through."""

from pathlib import Path

import numpy as np
import pytest

from audio_samples.encoding import RATE, decode, encode_repeated
from audio_samples.long_session import build_long_session, first, sample_files


def seconds_of_quiet(path: Path) -> tuple[float, int]:
    """The decoded seconds, and how many whole seconds hold no speech at all."""
    heard = np.concatenate(list(decode(path))).astype(np.float64) / 32768
    whole = heard[: heard.size // RATE * RATE].reshape(-1, RATE)
    return heard.size / RATE, int((np.abs(whole).max(axis=1) < 0.01).sum())


@pytest.mark.parametrize(("name", "minutes"), [("mp3", 2), ("m4a", 0.5), ("opus", 0.5), ("flac", 0.5), ("wav", 2)])
def test_the_minutes_asked_for_are_the_minutes_decoded(name, minutes, tmp_path):
    path = tmp_path / f"long.{name}"
    told = build_long_session(path, minutes=minutes, format=name)
    heard, silent = seconds_of_quiet(path)
    assert heard == pytest.approx(minutes * 60, abs=1)
    assert heard == pytest.approx(told, abs=0.1)
    assert silent <= 3


def test_the_bit_rate_is_kept_so_that_43_minutes_are_about_20_mb(tmp_path):
    build_long_session(tmp_path / "long.mp3", minutes=0.5)
    assert (tmp_path / "long.mp3").stat().st_size * 43 / 0.5 == pytest.approx(20.6e6, rel=0.03)
    build_long_session(tmp_path / "small.mp3", minutes=0.5, bit_rate=32_000)
    assert (tmp_path / "small.mp3").stat().st_size * 43 / 0.5 == pytest.approx(10.3e6, rel=0.03)


@pytest.mark.parametrize("name", ["mp3", "m4a", "opus"])
def test_a_passage_is_repeated_until_the_time_is_full(name, tmp_path):
    path = tmp_path / f"repeated.{name}"
    told = encode_repeated(path, first(10 * RATE), 65, name, 64_000)
    heard, silent = seconds_of_quiet(path)
    assert heard == pytest.approx(65, abs=0.2)
    assert told == pytest.approx(65, abs=0.05)
    assert silent <= 7


def test_the_sound_goes_on_with_the_second_sample_after_the_first():
    one, two = (np.concatenate(list(decode(path))) for path in sample_files()[:2])
    heard = np.concatenate(list(first(one.size + 30 * RATE)))
    assert np.array_equal(heard, np.concatenate([one, two[: 30 * RATE]]))


def test_another_format_is_refused(tmp_path):
    with pytest.raises(KeyError):
        build_long_session(tmp_path / "long.wma", minutes=0.1, format="wma")
