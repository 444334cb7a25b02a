"""What a silenced version holds: nothing of the masked seconds, and everything else where it was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from rater.errors import AudioError
from rater.storage.media.audio import ingest
from rater.storage.media.silencing import silence_stretches, widened
from tests.builders.audio import Sound, decoded, encode, speechlike

START, STOP, SECONDS = 5.03, 9.41, 20.0
MARGIN = 0.4
SOURCES: dict[str, dict[str, Any]] = {
    "mp3": {"rate": 44100},
    "m4a": {"rate": 44100},
    "opus": {"rate": 48000},
    "ogg": {"rate": 44100, "channels": 2},
    "wav": {"rate": 16000},
    "flac": {"rate": 22050},
}


@pytest.fixture(params=SOURCES, scope="module")
def stored(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, str, float]:
    """A canonical recording, and its silenced version."""
    tmp_path, options = tmp_path_factory.mktemp(request.param), dict(SOURCES[request.param])
    rate = options.pop("rate")
    source = encode(tmp_path / f"source.{request.param}", speechlike(SECONDS, rate), rate, **options)
    whole, quiet = tmp_path / "whole", tmp_path / "quiet"
    audio = ingest([source], whole)
    with whole.open("rb") as file:
        made = silence_stretches(file, audio.mime, audio.duration_s, [(START, STOP)], quiet)
    assert made.size == quiet.stat().st_size
    assert len(made.peaks.values) == len(audio.peaks.values)
    assert set(made.peaks.values[int(START * 100) : int(STOP * 100)]) == {0}
    assert min(made.peaks.values[int((STOP + MARGIN) * 100) + 10 : 1900 : 20]) > 0
    return whole, quiet, audio.mime, audio.duration_s


def at_8k(path: Path) -> Sound:
    """The sound as mono at 8 kHz."""
    resampler, found = av.AudioResampler(format="flt", layout="mono", rate=8000), []
    with av.open(str(path)) as container:
        for frame in [*container.decode(audio=0), None]:
            if frame is not None:
                frame.pts = None
            found += [each.to_ndarray()[0] for each in resampler.resample(frame)]
    return np.concatenate(found)


def check_silent(inside: Sound) -> None:
    """Nothing but what the encoder's filter against DC leaves of the fade before, below 3 Hz, for a third of a second.

    It stems from the sound before the span, as the test of two recordings below shows.
    """
    least = 0.5 / 32768
    assert np.abs(np.diff(inside, axis=0)).max() < least
    assert np.abs(inside[16000:]).max() < least


def packets_within(path: Path, start: float, stop: float) -> list[bytes]:
    """The bytes of every packet that sounds in these seconds."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        return [
            bytes(packet)
            for packet in container.demux(stream)
            if packet.size and packet.pts is not None and start <= float(packet.pts * packet.time_base) <= stop
        ]


def test_the_masked_seconds_are_digital_silence(stored: tuple[Path, Path, str, float]) -> None:
    check_silent(decoded(stored[1])[int(START * 48000) : int(STOP * 48000)])
    before = np.abs(decoded(stored[0]))
    rate = len(before) / stored[3]
    assert before[int(START * rate) : int(STOP * rate)].max() > 0.05, "the control: there was sound"


def above_80_hz(sound: Sound, rate: float) -> float:
    """The energy of a mono sound above 80 Hz, a sample, in dB of full scale."""
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)))) ** 2
    energy = spectrum[np.fft.rfftfreq(len(sound), 1 / rate) >= 80].sum() / len(sound) ** 2
    return float(10 * np.log10(energy + 1e-20))


def test_what_the_encoder_leaves_of_the_sound_before_carries_no_speech(stored: tuple[Path, Path, str, float]) -> None:
    """In the first third of a second, where the encoder's filter swings out, nothing sounds above 80 Hz."""
    whole, quiet = (decoded(path)[:, 0] for path in stored[:2])
    rate = len(whole) / stored[3]
    assert above_80_hz(whole[int(START * rate) : int((START + 0.33) * rate)], rate) > -45, "the control"
    assert above_80_hz(quiet[int(START * 48000) : int((START + 0.33) * 48000)], 48000) < -100


def test_the_rest_sounds_at_its_time(stored: tuple[Path, Path, str, float]) -> None:
    whole, quiet, _, duration = stored
    assert abs(len(decoded(quiet)) / 48000 - duration) < 0.001
    before, after = at_8k(whole), at_8k(quiet)
    for start in (0.5, 3.0, STOP + MARGIN, 15.0, 18.0):
        first, last = int(start * 8000), int((start + 1.2) * 8000)
        shifts = range(-24, 25)
        likeness = [np.corrcoef(before[first:last], after[first + by : last + by])[0, 1] for by in shifts]
        best = int(np.argmax(likeness))
        assert likeness[best] > 0.9
        assert abs(shifts[best]) <= 8, f"out of time by {shifts[best] / 8} ms at {start} s"


def test_no_packet_of_the_masked_seconds_is_left(stored: tuple[Path, Path, str, float]) -> None:
    whole, quiet, *_ = stored
    packets = packets_within(whole, START, STOP)
    assert len(packets) > 40
    original, silenced = whole.read_bytes(), quiet.read_bytes()
    assert all(packet in original for packet in packets), "the control: the unmasked version holds them"
    assert not [packet for packet in packets if packet in silenced]
    pieces = {packet[at : at + 16] for packet in packets for at in range(0, len(packet) - 16, 16)}
    assert pieces
    assert not [piece for piece in pieces if piece in silenced]


def test_two_recordings_that_differ_in_the_masked_seconds_alone_become_the_same(tmp_path: Path) -> None:
    """The strongest of the promises, on a source without windows: what leaves does not depend on what is masked."""
    sound, made = speechlike(SECONDS, 48000), []
    for number in range(3):
        spoken = sound.copy()
        inside = slice(int(START * 48000), int(STOP * 48000)) if number < 2 else slice(0, 48000)
        spoken[inside] = speechlike(SECONDS, 48000, seed=number + 5)[inside]
        audio = ingest([encode(tmp_path / f"{number}.wav", spoken, 48000)], tmp_path / f"whole{number}")
        with (tmp_path / f"whole{number}").open("rb") as file:
            silence_stretches(file, audio.mime, audio.duration_s, [(START, STOP)], tmp_path / f"quiet{number}")
        made.append((tmp_path / f"quiet{number}").read_bytes())
    assert made[0] == made[1]
    assert made[0] != made[2], "the control: another first second is told apart"


def test_spans_at_the_very_start_and_end(tmp_path: Path) -> None:
    audio = ingest([encode(tmp_path / "a.mp3", speechlike(6, 44100), 44100)], tmp_path / "whole")
    with (tmp_path / "whole").open("rb") as file:
        silence_stretches(file, audio.mime, audio.duration_s, [(0, 1), (5, audio.duration_s)], tmp_path / "quiet")
    sound = np.abs(decoded(tmp_path / "quiet"))
    check_silent(sound[:48000])
    check_silent(sound[5 * 48000 :])
    assert sound[2 * 48000 : 4 * 48000].max() > 0.05


def test_margins_are_whole_packets_outside_the_span() -> None:
    ((start, stop),) = widened([(5.0, 6.0)], 16000)
    assert start % 960 == stop % 960 == 0
    assert 4.8 * 48000 < start < 4.95 * 48000
    assert 6.05 * 48000 < stop < 6.2 * 48000


def test_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "noise").write_bytes(bytes(range(256)) * 40)
    with (tmp_path / "noise").open("rb") as file, pytest.raises(AudioError):
        silence_stretches(file, "audio/mp4", 10, [(1, 2)], tmp_path / "quiet")
