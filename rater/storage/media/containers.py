"""Which of the seven accepted containers a file is, told from its first bytes and never from its name."""

from __future__ import annotations

import struct
from typing import Final

from rater.errors import AudioError, fault
from rater.storage.media.places import Place, length
from rater.terms import Reason

_HEAD = 64 * 1024
_REMEDY = "Export the recording as wav, mp3, m4a, ogg, opus, flac or webm and choose that file"
_FOREIGN: Final = (
    (b"FORM", "an AIFF file"),
    (b"#!AMR", "an AMR file"),
    (b"0&\xb2u", "a Windows Media file"),
    (b"caff", "a CAF file"),
    (b"RIFX", "a big-endian wav file"),
    (b"riff", "a Wave64 file"),
    (b"PK\x03\x04", "a zip archive or an office document"),
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"ADIF", "a bare AAC stream"),
)
_PLAYLISTS: Final = (b"#extm3u", b"ffconcat", b"[playlist]", b"v=0\r", b"v=0\n", b"<mpd", b"<smil", b"<asx")

_BIT_RATES: Final = {
    1: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES: Final = (44100, 48000, 32000)


def container_of(path: Place) -> str:
    """The demuxer to use: `wav`, `mp3`, `mov`, `ogg`, `flac` or `matroska`; raises `AudioError` for anything else."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
        if not head:
            raise AudioError(
                fault("The file is empty", "Copy it from the recorder again and choose the copy", file=path.name)
            )
        if head[:3] == b"ID3" and len(head) >= 10:
            file.seek(id3_bytes(head))
            return _after_id3(path, file.read(_HEAD))
    return _container(head) or _refuse(path, head)


def id3_bytes(head: bytes) -> int:
    """The length of the ID3v2 tag that `head` begins with, 0 without one."""
    if head[:3] != b"ID3" or len(head) < 10:
        return 0
    size = 0
    for byte in head[6:10]:
        size = size << 7 | byte & 0x7F
    return size + (20 if head[5] & 0x10 else 10)


def mp3_frame_bytes(header: bytes) -> int:
    """The length of the MPEG layer III frame that begins with these four bytes; 0 where they begin none."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        return 0
    version = header[1] >> 3 & 3
    bit_rate_index, rate_index = header[2] >> 4, header[2] >> 2 & 3
    if version == 1 or rate_index == 3 or bit_rate_index in (0, 15):
        return 0
    first = version == 3
    rate = _RATES[rate_index] >> {3: 0, 2: 1, 0: 2}[version]
    return (144 if first else 72) * 1000 * _BIT_RATES[1 if first else 2][bit_rate_index] // rate + (header[2] >> 1 & 1)


def _container(head: bytes) -> str | None:
    if head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE":
        return "wav"
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"):
        return "mov"
    if head[:4] == b"OggS":
        return "ogg"
    if head[:4] == b"fLaC":
        return "flac"
    if head[:4] == b"\x1aE\xdf\xa3" and (b"webm" in head[:64] or b"matroska" in head[:64]):
        return "matroska"
    return "mp3" if _has_mp3_frames(head) else None


def _after_id3(path: Place, body: bytes) -> str:
    kind = _container(body.lstrip(b"\0"))
    if kind in ("mp3", "flac"):
        return kind
    if not body:
        raise nothing_inside(path.name)
    return _refuse(path, body)


def nothing_inside(name: str) -> AudioError:
    """The refusal of a file that has a header and nothing after it."""
    return AudioError(
        fault(
            "The file has a header but no sound",
            "Copy it from the recorder again and listen to the copy before choosing it",
            file=name,
        )
    )


def _has_mp3_frames(head: bytes) -> bool:
    if head[:1] in b"<#[{" or _text(head) is not None:
        return False
    start = head.find(b"\xff")
    while 0 <= start < len(head) - 4 and start < 16384:
        if _frames_from(head, start) >= 3 or (start == 0 and _frames_from(head, 0) and len(head) < 8192):
            return True
        start = head.find(b"\xff", start + 1)
    return False


def _frames_from(head: bytes, start: int) -> int:
    found = 0
    while found < 3 and (length := mp3_frame_bytes(head[start : start + 4])):
        found, start = found + 1, start + length
    return found


def _text(head: bytes) -> bytes | None:
    lead = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:512].lower()
    if lead and all(32 <= byte < 127 or byte in b"\t\r\n" for byte in lead[:64]):
        return lead
    return None


def _refuse(path: Place, head: bytes) -> str:
    raise AudioError(fault("This is {seen}, not a recording", _REMEDY, file=path.name, seen=Reason(_seen(head))))


def _seen(head: bytes) -> str:
    for magic, name in _FOREIGN:
        if head.startswith(magic):
            return name
    if head[0] == 0xFF and len(head) > 1 and head[1] & 0xF6 == 0xF0:
        return "a bare AAC stream"
    text = _text(head)
    if text is None:
        return "data of an unknown kind"
    if any(mark in text for mark in _PLAYLISTS):
        return "a playlist that points to other files"
    if b"<html" in text or b"<!doctype html" in text:
        return "a web page"
    return "a text file"


def wav_claim(path: Place) -> tuple[float, float] | None:
    """Seconds of sound that a wav header claims and that the file has room for; None where it claims nothing."""
    room = length(path)
    with path.open("rb") as file:
        file.seek(12)
        byte_rate, wide = 0, None
        while len(chunk := file.read(8)) == 8:
            name, size = struct.unpack("<4sI", chunk)
            if name == b"data":
                claimed = wide if wide is not None and size == 0xFFFFFFFF else size
                return (claimed / byte_rate, (room - file.tell()) / byte_rate) if byte_rate else None
            body = file.read(min(size + (size & 1), 64))
            if name == b"fmt " and len(body) >= 12:
                byte_rate = struct.unpack("<I", body[8:12])[0]
            if name == b"ds64" and len(body) >= 16:
                wide = struct.unpack("<Q", body[8:16])[0]
            file.seek(size + (size & 1) - len(body), 1)
    return None


def ogg_breaks_off(path: Place) -> bool:
    """Whether the last page of an Ogg file is incomplete."""
    size = length(path)
    with path.open("rb") as file:
        file.seek(max(0, size - 2 * 65536))
        tail = file.read()
    at = tail.rfind(b"OggS")
    if at < 0 or len(tail) < at + 27:
        return True
    segments = tail[26 + at]
    lacing = tail[at + 27 : at + 27 + segments]
    return bool(len(lacing) < segments or len(tail) < at + 27 + segments + sum(lacing))
