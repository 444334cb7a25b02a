"""What is taken in: every accepted format becomes one file without tags, with its true length and peaks."""

from __future__ import annotations

import struct
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from rater.storage.media.audio import ingest
from tests.builders.audio import (
    FORMATS,
    LYRICS,
    PICTURE,
    TITLE,
    VBR,
    Sound,
    decoded,
    encode,
    forge_xing,
    silence,
    speechlike,
    tone,
)

SECONDS = 3.25
TAGS = {"title": TITLE, "artist": TITLE, "comment": TITLE, "lyrics": LYRICS}
STORED = {
    "wav": ("audio/wav", "pcm_s16le"),
    "mp3": ("audio/mp4", "mp3"),
    "m4a": ("audio/mp4", "aac"),
    "ogg": ("audio/webm", "vorbis"),
    "opus": ("audio/webm", "opus"),
    "flac": ("audio/mp4", "flac"),
    "webm": ("audio/webm", "opus"),
}


def make(path: Path, sound: Sound | None = None, **more: Any) -> Path:
    given = {"channels": 2 if path.suffix == ".ogg" else 1, **more}
    return encode(path, speechlike(SECONDS) if sound is None else sound, **given)


def plain_peaks(sound: Sound, rate: int) -> list[float]:
    loud = np.abs(sound).max(axis=1)
    edges = [k * rate // 100 for k in range(-(-len(loud) * 100 // rate) + 1)]
    return [float(loud[start:stop].max()) for start, stop in pairwise(edges) if start < len(loud)]


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_accepted_format_is_kept_in_its_codec_with_its_true_duration(suffix: str, tmp_path: Path) -> None:
    source = make(tmp_path / f"in.{suffix}")
    kept = ingest([source], tmp_path / "kept")
    assert (kept.mime, kept.codec) == STORED[suffix]
    assert not kept.converted
    assert kept.duration_s == pytest.approx(SECONDS, abs=0.03)
    assert kept.part_durations == (kept.duration_s,)
    assert len(decoded(tmp_path / "kept")) / kept.sample_rate == pytest.approx(kept.duration_s, abs=0.03)
    assert kept.size == (tmp_path / "kept").stat().st_size
    assert kept.lost_s == 0


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_name_does_not_matter(suffix: str, tmp_path: Path) -> None:
    source = make(tmp_path / f"in.{suffix}").rename(tmp_path / "in.txt")
    assert ingest([source], tmp_path / "kept").codec == STORED[suffix][1]


@pytest.mark.parametrize("suffix", FORMATS)
def test_no_tag_title_lyrics_or_cover_is_kept(suffix: str, tmp_path: Path) -> None:
    cover = suffix in ("mp3", "m4a", "flac")
    source = make(tmp_path / f"in.{suffix}", tags=TAGS, cover=cover, container="mp4" if suffix == "m4a" else None)
    assert TITLE.encode() in source.read_bytes()
    assert (PICTURE in source.read_bytes()) == cover
    ingest([source], tmp_path / "kept")
    stored = (tmp_path / "kept").read_bytes()
    for trace in (TITLE.encode(), TITLE.encode("utf-16-le"), LYRICS.encode(), PICTURE):
        assert trace not in stored


def test_comments_in_the_vorbis_headers_of_a_webm_file_are_not_kept(tmp_path: Path) -> None:
    source = tmp_path / "in.webm"
    with av.open(str(make(tmp_path / "in.ogg"))) as given, av.open(str(source), "w", format="webm") as out:
        stream = out.add_stream_from_template(given.streams.audio[0])
        plain = stream.codec_context.extradata or b""
        note = b"TITLE=" + TITLE.encode()
        length = plain[2] + 4 + len(note)
        comment = plain[3 + plain[1] : 3 + plain[1] + plain[2]]
        told = comment[:-5] + struct.pack("<II", 1, len(note)) + note + b"\x01"
        stream.codec_context.extradata = (
            plain[:2] + bytes([length]) + plain[3 : 3 + plain[1]] + told + plain[3 + plain[1] + plain[2] :]
        )
        for packet in given.demux(audio=0):
            if packet.size:
                packet.stream = stream
                out.mux_one(packet)
    assert TITLE.encode() in source.read_bytes()
    kept = ingest([source], tmp_path / "kept")
    assert (kept.codec, kept.converted) == ("vorbis", False)
    assert TITLE.encode() not in (tmp_path / "kept").read_bytes()
    assert len(decoded(tmp_path / "kept")) / kept.sample_rate == pytest.approx(SECONDS, abs=0.03)


@pytest.mark.parametrize("suffix", ["mp3", "flac"])
@pytest.mark.parametrize("tail", [b"TAG" + TITLE.encode().ljust(125), b"APETAGEX" + TITLE.encode() * 9])
def test_a_tag_behind_the_last_frame_is_not_kept(suffix: str, tail: bytes, tmp_path: Path) -> None:
    source = make(tmp_path / f"in.{suffix}")
    source.write_bytes(source.read_bytes() + tail)
    kept = ingest([source], tmp_path / "kept")
    assert kept.duration_s == pytest.approx(SECONDS, abs=0.03)
    assert TITLE.encode() not in (tmp_path / "kept").read_bytes()


@pytest.mark.parametrize("suffix", FORMATS)
def test_peaks_are_the_maxima_of_hundredths_of_a_second(suffix: str, tmp_path: Path) -> None:
    source = make(tmp_path / f"in.{suffix}")
    kept = ingest([source], tmp_path / "kept")
    expected = plain_peaks(decoded(source), kept.sample_rate)
    got = [value * kept.peaks.loudest / 255 for value in kept.peaks.values]
    assert len(got) == np.ceil(kept.duration_s * 100)
    assert got == pytest.approx(expected[: len(got)], abs=kept.peaks.loudest / 254)


def test_peaks_of_a_rate_that_hundredths_do_not_divide(tmp_path: Path) -> None:
    source = make(tmp_path / "in.wav", speechlike(3.3, 22050), rate=22050, channels=2)
    kept = ingest([source], tmp_path / "kept")
    got = [value * kept.peaks.loudest / 255 for value in kept.peaks.values]
    expected = plain_peaks(decoded(source), 22050)
    assert got == pytest.approx(expected, abs=kept.peaks.loudest / 254)
    assert got != pytest.approx(expected[1:] + expected[:1], abs=kept.peaks.loudest / 254)


def test_loudness_is_the_rms_of_the_seconds_that_sound(tmp_path: Path) -> None:
    sound = np.concatenate([tone(4, level=0.5), silence(4)])
    kept = ingest([make(tmp_path / "in.wav", sound)], tmp_path / "kept")
    assert kept.loudness_dbfs == pytest.approx(20 * np.log10(0.5 / np.sqrt(2)), abs=0.05)
    assert not kept.silent


@pytest.mark.parametrize("suffix", ["wav", "mp3", "m4a", "opus"])
def test_silence_is_taken_and_marked(suffix: str, tmp_path: Path) -> None:
    kept = ingest([make(tmp_path / f"in.{suffix}", silence(3))], tmp_path / "kept")
    assert kept.silent
    assert kept.loudness_dbfs is None


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("in.wav", {"codec": "adpcm_ima_wav"}),
        ("in.wav", {"codec": "pcm_s32le"}),
        ("in.m4a", {"codec": "alac"}),
        ("in.wav", {"channels": 6}),
        ("in.wav", {"channels": 8}),
    ],
)
def test_what_browsers_do_not_play_is_converted_to_opus(name: str, given: dict[str, Any], tmp_path: Path) -> None:
    kept = ingest([make(tmp_path / name, **given)], tmp_path / "kept")
    assert kept.converted
    assert (kept.mime, kept.codec) == ("audio/webm", "opus")
    assert kept.channels <= 2
    assert kept.duration_s == pytest.approx(SECONDS, abs=0.15)  # ADPCM fills its last block
    assert len(decoded(tmp_path / "kept")) / 48000 == pytest.approx(kept.duration_s, abs=0.03)


@pytest.mark.parametrize("codec", ["pcm_u8", "pcm_s24le", "pcm_f32le", "pcm_alaw", "pcm_mulaw"])
def test_pcm_that_browsers_play_stays_as_it_is(codec: str, tmp_path: Path) -> None:
    source = make(tmp_path / "in.wav", codec=codec)
    kept = ingest([source], tmp_path / "kept")
    assert (kept.codec, kept.converted) == (codec, False)


def test_samples_that_are_not_numbers_do_not_spoil_the_peaks(tmp_path: Path) -> None:
    source = make(tmp_path / "in.wav", codec="pcm_f32le")
    data = bytearray(source.read_bytes())
    data[-400:-392] = np.array([np.nan, np.inf], np.float32).tobytes()
    source.write_bytes(data)
    kept = ingest([source], tmp_path / "kept")
    assert kept.peaks.loudest == 1.0
    assert kept.loudness_dbfs is not None


@pytest.mark.parametrize("suffix", ["wav", "mp3", "m4a", "opus"])
def test_parts_of_one_kind_are_joined_by_copying(suffix: str, tmp_path: Path) -> None:
    one = make(tmp_path / f"one.{suffix}", tone(2, hertz=300))
    two = make(tmp_path / f"two.{suffix}", tone(3, hertz=600))
    kept = ingest([one, two], tmp_path / "kept")
    assert not kept.converted
    assert kept.part_durations == pytest.approx((2, 3), abs=0.2)
    assert sum(kept.part_durations) == pytest.approx(kept.duration_s)
    assert len(set(kept.source_sha256)) == 2
    sound = decoded(tmp_path / "kept")[:, 0]
    rate = kept.sample_rate
    assert len(sound) / rate == pytest.approx(kept.duration_s, abs=0.05)
    for at, hertz in ((1.0, 300), (1.7, 300), (kept.part_durations[0] + 1, 600), (kept.part_durations[0] + 2.5, 600)):
        assert pitch(sound[int(at * rate) : int((at + 0.2) * rate)], rate) == pytest.approx(hertz, abs=10)


def test_parts_of_different_kinds_are_converted_once(tmp_path: Path) -> None:
    one = make(tmp_path / "one.mp3", tone(2, hertz=300))
    two = make(tmp_path / "two.wav", tone(3, 44100, hertz=600), rate=44100, channels=2)
    kept = ingest([one, two], tmp_path / "kept")
    assert (kept.converted, kept.channels) == (True, 2)
    assert kept.part_durations == pytest.approx((2, 3), abs=0.03)
    sound = decoded(tmp_path / "kept")[:, 0]
    assert pitch(sound[48000:57600], 48000) == pytest.approx(300, abs=10)
    assert pitch(sound[48000 * 3 : 48000 * 3 + 9600], 48000) == pytest.approx(600, abs=10)


def pitch(sound: Sound, rate: int) -> float:
    return float(np.argmax(np.abs(np.fft.rfft(sound * np.hanning(len(sound))))) * rate / len(sound))


@pytest.mark.parametrize("frames", [3, 10_000_000])
def test_a_forged_frame_count_does_not_change_the_duration(frames: int, tmp_path: Path) -> None:
    source = forge_xing(make(tmp_path / "in.mp3", **VBR), frames)
    with av.open(str(source)) as container:
        assert abs((container.duration or 0) / 1e6 - SECONDS) > 1
    assert ingest([source], tmp_path / "kept").duration_s == pytest.approx(SECONDS, abs=0.1)


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_same_files_give_the_same_bytes(suffix: str, tmp_path: Path) -> None:
    source = make(tmp_path / f"in.{suffix}")
    first, second = ingest([source], tmp_path / "one"), ingest([source], tmp_path / "two")
    assert first == second
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


PEAK = """
import re, sys
from pathlib import Path
from rater.storage.media.audio import ingest
ingest([Path(sys.argv[1])], Path(sys.argv[2]))
kib = {name: int(size) for name, size in re.findall(r"(\\w+):\\s+(\\d+) kB", Path("/proc/self/status").read_text())}
print((kib["VmHWM"] - kib["RssFile"]) / 1024)
"""
"""MiB at the peak, without pages of libraries, of which a system maps as many as it likes."""


@pytest.mark.parametrize("suffix", ["mp3", "wav"])
def test_memory_does_not_grow_with_the_duration(suffix: str, tmp_path: Path) -> None:
    peaks = []
    for minutes in (2, 20):
        source = tmp_path / f"{minutes}.{suffix}"
        if suffix == "wav":
            make(source, speechlike(minutes * 60))
        else:
            piece = make(tmp_path / "piece.mp3", speechlike(30), mux_options={"write_xing": "0", "id3v2_version": "0"})
            source.write_bytes(piece.read_bytes() * (2 * minutes))
        command = [sys.executable, "-c", PEAK, str(source), str(tmp_path / "kept")]
        peaks.append(float(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
    assert peaks[1] <= 48
    assert peaks[1] - peaks[0] <= 12


@pytest.mark.parametrize(
    ("name", "given", "stored"),
    [
        ("live.webm", {"mux_options": {"live": "1"}}, ("audio/webm", "opus")),
        ("in.ogg", {"codec": "flac", "channels": 1}, ("audio/mp4", "flac")),
        ("in.m4a", {"codec": "libopus", "container": "mp4"}, ("audio/webm", "opus")),
        ("in.m4a", {"codec": "flac", "container": "mp4"}, ("audio/mp4", "flac")),
        ("in.m4a", {"mux_options": {"movflags": "+frag_keyframe+empty_moov"}}, ("audio/mp4", "aac")),
        ("in.wav", {"codec": "libmp3lame"}, ("audio/mp4", "mp3")),
        ("in.webm", {"codec": "aac", "container": "matroska"}, ("audio/mp4", "aac")),
    ],
)
def test_a_codec_in_an_unusual_container_moves_to_its_own(
    name: str, given: dict[str, Any], stored: tuple[str, str], tmp_path: Path
) -> None:
    kept = ingest([make(tmp_path / name, **given)], tmp_path / "kept")
    assert (kept.mime, kept.codec, kept.converted) == (*stored, False)
    assert kept.duration_s == pytest.approx(SECONDS, abs=0.1)  # without an edit list the priming sounds
    assert len(decoded(tmp_path / "kept")) / kept.sample_rate == pytest.approx(kept.duration_s, abs=0.05)


def test_a_wav_file_whose_recorder_never_wrote_its_length_is_taken_whole(tmp_path: Path) -> None:
    source = make(tmp_path / "in.wav")
    data = bytearray(source.read_bytes())
    at = data.find(b"data") + 4
    data[at : at + 4] = data[4:8] = bytes(4)
    source.write_bytes(data)
    assert ingest([source], tmp_path / "kept").duration_s == pytest.approx(SECONDS)


def test_tags_between_two_mp3_files_in_one_are_not_kept(tmp_path: Path) -> None:
    source = make(tmp_path / "in.mp3", speechlike(20), tags=TAGS)
    source.write_bytes(source.read_bytes() * 2)
    kept = ingest([source], tmp_path / "kept")
    assert kept.duration_s == pytest.approx(40, abs=0.2)
    assert TITLE.encode() not in (tmp_path / "kept").read_bytes()


def test_chained_opus_streams_become_one(tmp_path: Path) -> None:
    one, two = make(tmp_path / "one.opus", tone(2, hertz=300)), make(tmp_path / "two.opus", tone(3, hertz=600))
    one.write_bytes(one.read_bytes() + two.read_bytes())
    assert ingest([one], tmp_path / "kept").duration_s == pytest.approx(5, abs=0.05)
    assert pitch(decoded(tmp_path / "kept")[4 * 48000 :, 0], 48000) == pytest.approx(600, abs=10)


def test_the_sound_of_a_film_is_taken_without_its_picture(tmp_path: Path) -> None:
    source = make(tmp_path / "in.m4a", cover=True, container="mp4")
    assert PICTURE in source.read_bytes()
    assert ingest([source], tmp_path / "kept").codec == "aac"
