"""What is refused: the cause and the remedy are said, and nothing is left behind."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from rater.errors import AudioError
from rater.storage.media import source as source_module
from rater.storage.media.audio import ingest
from tests.builders.audio import VBR, blot, cut, encode, picture_only, speechlike

FASTSTART = {"movflags": "+faststart"}
KEY = "00112233445566778899aabbccddeeff"
LOCKED = {"encryption_scheme": "cenc-aes-ctr", "encryption_key": KEY, "encryption_kid": KEY}
MPD = b'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"></MPD>'
ID3 = b"ID3\x04\x00\x00\x00\x00\x00\x0a" + bytes(10)


def wav_bytes(samples: bytes, rate: int = 16000, claimed: int | None = None) -> bytes:
    size = len(samples) if claimed is None else claimed
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, rate, rate * 2, 2, 16)
    return (
        b"RIFF"
        + struct.pack("<I", 0xFFFFFFFF & (size + 36))
        + b"WAVE"
        + form
        + b"data"
        + struct.pack("<I", size)
        + samples
    )


def made(name: str, **given: object) -> Callable[[Path], Path]:
    return lambda folder: encode(folder / name, speechlike(20), **given)  # type: ignore[arg-type]


def written(name: str, data: bytes) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        (folder / name).write_bytes(data)
        return folder / name

    return write


def halved(name: str, share: float = 0.5, **given: object) -> Callable[[Path], Path]:
    return lambda folder: cut(made(name, **given)(folder), share)


def blotted(name: str, length: int = 8000, **given: object) -> Callable[[Path], Path]:
    return lambda folder: blot(made(name, **given)(folder), 0.5, length)


SECOND = bytes(32000)
BAD: dict[str, tuple[Callable[[Path], Path], str]] = {
    "empty": (written("a.mp3", b""), "is empty"),
    "one byte": (written("a.mp3", b"\xff"), "unknown kind"),
    "noise": (written("a.mp3", bytes(range(128, 250)) * 400), "unknown kind"),
    "text": (written("a.mp3", b"Notes of session 7, rater 3"), "a text file"),
    "web page": (written("a.mp3", b"\n<!DOCTYPE html><html><body>Log in</body></html>"), "a web page"),
    "hls": (written("a.mp3", b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n"), "a playlist"),
    "ffconcat": (written("a.mp3", b"ffconcat version 1.0\nfile '/etc/passwd'\n"), "a playlist"),
    "dash": (written("a.webm", MPD), "a playlist"),
    "sdp": (written("a.wav", b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\nm=audio 1 RTP/AVP 0\r\n"), "a playlist"),
    "pls": (written("a.mp3", b"[playlist]\nFile1=/etc/passwd\n"), "a playlist"),
    "aiff": (written("a.wav", b"FORM\x00\x00\x10\x00AIFFCOMM" + bytes(400)), "an AIFF file"),
    "amr": (written("a.wav", b"#!AMR\n" + bytes(400)), "an AMR file"),
    "wma": (written("a.mp3", b"0&\xb2u\x8ef\xcf\x11" + bytes(400)), "a Windows Media file"),
    "adts": (written("a.mp3", b"\xff\xf1\x50\x80\x02\x1f\xfc" * 200), "a bare AAC stream"),
    "id3 alone": (written("a.mp3", ID3), "no sound"),
    "page behind id3": (written("a.mp3", ID3 + b"<html>" * 90), "a web page"),
    "wav header alone": (written("a.wav", wav_bytes(b"")), "no sound"),
    "wav cut in its header": (written("a.wav", wav_bytes(SECOND)[:30]), "header is damaged"),
    "one sample": (written("a.wav", wav_bytes(b"\x01\x02")), "only 0.000 s"),
    "rate 1": (written("a.wav", wav_bytes(SECOND, rate=1)), "sample rate is 1 Hz"),
    "rate 1 MHz": (written("a.wav", wav_bytes(SECOND, rate=1_000_000)), "sample rate is 1000000 Hz"),
    "4 GB claimed": (written("a.wav", wav_bytes(SECOND, claimed=2**32 - 1)), "promises 37:16:58, but it holds"),
    "wav that claims more": (written("a.wav", wav_bytes(SECOND, claimed=64000)), "promises 2.0 s, but it holds 1.0 s"),
    "picture alone": (lambda folder: picture_only(folder / "a.m4a"), "a picture but no sound"),
    "encrypted": (
        made("a.m4a", container="mp4", mux_options=LOCKED),
        "encrypted",
    ),
    "another codec": (made("a.m4a", codec="ac3", container="mp4", out_rate=48000), "coded as ac3"),
    "half a wav": (halved("a.wav"), "promises 20.0 s, but it holds 10.0 s"),
    "half an mp3": (halved("a.mp3", 0.4993, **VBR), "promises 20.0 s, but it holds"),
    "half an m4a": (halved("a.m4a", mux_options=FASTSTART), "promises 20.0 s, but it holds"),
    "half an m4a without its index": (halved("a.m4a"), "header is damaged or incomplete"),
    "half an ogg": (halved("a.ogg", channels=2), "breaks off"),
    "half an opus": (halved("a.opus"), "breaks off"),
    "half a flac": (halved("a.flac"), "promises 20.0 s, but it holds"),
    "half a webm": (halved("a.webm"), "promises 20.0 s, but it holds"),
    "blot in an mp3": (blotted("a.mp3"), "cannot be decoded, the first at 10"),
    "blot in an m4a": (blotted("a.m4a", mux_options=FASTSTART), "cannot be decoded, the first at"),
    "blot in an ogg": (blotted("a.ogg", channels=2), "cannot be decoded, the first at"),
    "blot in an opus": (blotted("a.opus", 16000), "cannot be decoded, the first at"),
    "blot in a webm": (blotted("a.webm"), "cannot be decoded, the first at"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_files_are_refused_with_their_cause_and_leave_nothing(name: str, tmp_path: Path) -> None:
    build, cause = BAD[name]
    path = build(tmp_path)
    with pytest.raises(AudioError) as refusal:
        ingest([path], tmp_path / "kept")
    (fault,) = refusal.value.faults
    assert cause in str(fault.cause)
    assert str(fault.remedy)
    assert fault.file == path.name
    assert sorted(each.name for each in tmp_path.iterdir()) == [path.name]


@pytest.mark.parametrize("suffix", ["wav", "mp3", "m4a", "ogg", "opus", "flac", "webm"])
def test_the_same_files_unharmed_are_taken(suffix: str, tmp_path: Path) -> None:
    source = made(f"a.{suffix}", channels=2 if suffix == "ogg" else 1)(tmp_path)
    assert ingest([source], tmp_path / "kept").duration_s == pytest.approx(20, abs=0.03)


def test_a_lost_packet_is_counted_and_the_rest_kept(tmp_path: Path) -> None:
    source = blot(made("a.m4a", mux_options=FASTSTART)(tmp_path), 0.5, 300)
    kept = ingest([source], tmp_path / "kept")
    assert 0 < kept.lost_s <= 0.15
    assert kept.duration_s == pytest.approx(20 - kept.lost_s, abs=0.05)


def test_every_part_is_judged_before_the_refusal(tmp_path: Path) -> None:
    good = made("good.wav")(tmp_path)
    half = cut(encode(tmp_path / "half.flac", speechlike(20)), 0.5)
    blotted = blot(encode(tmp_path / "blotted.mp3", speechlike(20)), 0.5, 8000)
    with pytest.raises(AudioError) as refusal:
        ingest([good, half, blotted], tmp_path / "kept")
    assert [fault.file for fault in refusal.value.faults] == ["half.flac", "blotted.mp3"]
    assert not (tmp_path / "kept").exists()


def test_no_parts_are_refused(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match="No file was given"):
        ingest([], tmp_path / "kept")


@pytest.mark.parametrize("suffix", ["wav", "mp3", "m4a"])
def test_a_recording_beyond_the_longest_is_refused(
    suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = made(f"a.{suffix}")(tmp_path)
    monkeypatch.setattr(source_module, "MAX_HOURS", 19 / 3600)
    with pytest.raises(AudioError, match=r"longer than|claims to last"):
        ingest([path], tmp_path / "kept")
    monkeypatch.setattr(source_module, "MAX_HOURS", 21 / 3600)
    ingest([path], tmp_path / "kept")


def test_more_than_ten_hours_are_refused_before_they_are_decoded(tmp_path: Path) -> None:
    hours = 4000 * 2 * 3600 * 11
    with (tmp_path / "a.wav").open("wb") as file:
        file.write(wav_bytes(b"", rate=4000, claimed=hours))
        file.truncate(44 + hours)
    with pytest.raises(AudioError, match="claims to last 11:00:00"):
        ingest([tmp_path / "a.wav"], tmp_path / "kept")


def test_a_playlist_with_frames_behind_it_opens_no_other_file(tmp_path: Path) -> None:
    secret = encode(tmp_path / "secret.mp3", speechlike(5))
    disguised = tmp_path / "a.mp3"
    disguised.write_bytes(b"#EXTM3U\n" + str(secret).encode() + b"\n" + secret.read_bytes())
    with pytest.raises(AudioError, match="a playlist"):
        ingest([disguised], tmp_path / "kept")
