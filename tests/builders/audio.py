"""Real audio files, made by real encoders: sound, tags, covers, and files that are broken on purpose."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

Sound = np.ndarray[Any, np.dtype[np.float32]]

TITLE = "Frau Muster, Sitzung 7"
LYRICS = "streng vertraulich: Gedanken der Patientin"
PICTURE = b"\x89PNG"

FORMATS = {
    "wav": ("wav", "pcm_s16le"),
    "mp3": ("mp3", "libmp3lame"),
    "m4a": ("ipod", "aac"),
    "ogg": ("ogg", "vorbis"),
    "opus": ("ogg", "libopus"),
    "flac": ("flac", "flac"),
    "webm": ("webm", "libopus"),
}


def speechlike(seconds: float, rate: int = 16000, seed: int = 1, level: float = 0.2) -> Sound:
    """Noise in the band of speech, loud and soft by turns, that never repeats: a stretch of it tells its own time."""
    count = round(seconds * rate)
    noise = np.random.default_rng(seed).standard_normal(count + 8).astype(np.float32)
    smooth = (noise[:-8] + noise[2:-6] + noise[4:-4] + noise[6:-2])[:count] / 4
    at = np.arange(count, dtype=np.float32) / rate
    swell = np.where(np.floor(at / 7) % 2 == 0, 1.0, 0.25).astype(np.float32)
    return np.clip(smooth * swell * level * 2, -1, 1).astype(np.float32)


def tone(seconds: float, rate: int = 16000, hertz: float = 440.0, level: float = 0.5) -> Sound:
    """A steady tone."""
    return (level * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def silence(seconds: float, rate: int = 16000) -> Sound:
    """Digital silence."""
    return np.zeros(round(seconds * rate), np.float32)


def encode(
    path: Path,
    sound: Sound,
    rate: int = 16000,
    *,
    channels: int = 1,
    out_rate: int | None = None,
    container: str | None = None,
    codec: str | None = None,
    options: dict[str, str] | None = None,
    bit_rate: int | None = 64000,
    tags: dict[str, str] | None = None,
    cover: bool = False,
    mux_options: dict[str, str] | None = None,
) -> Path:
    """Write `sound` (mono, `rate`) to `path`; container and codec follow the suffix unless given."""
    default_container, default_codec = FORMATS.get(path.suffix.lstrip("."), ("", ""))
    codec = codec or default_codec
    out_rate = out_rate or (48000 if codec == "libopus" else rate)
    layout = {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1"}[channels]
    with av.open(str(path), "w", format=container or default_container, options=mux_options or {}) as out:
        stream: Any = out.add_stream(codec, rate=out_rate, options=options or {}, layout=layout)
        if bit_rate and not codec.startswith(("pcm", "flac", "alac", "adpcm")):
            stream.bit_rate = bit_rate
        if codec in ("vorbis", "opus"):
            stream.codec_context.options = {**(options or {}), "strict": "-2"}
        picture: Any = out.add_stream("png", rate=1, width=16, height=16, pix_fmt="rgb24") if cover else None
        if cover:
            picture.disposition = av.stream.Disposition.attached_pic
        out.metadata.update(tags or {})
        context = stream.codec_context
        context.open()
        resampler = av.AudioResampler(
            format=context.format.name, layout=layout, rate=out_rate, frame_size=context.frame_size or 1024
        )
        step = rate * 10
        for start in range(0, len(sound), step):
            frame = av.AudioFrame.from_ndarray(sound[None, start : start + step], format="flt", layout="mono")
            frame.sample_rate = rate
            frame.time_base = Fraction(1, rate)
            frame.pts = start
            for piece in resampler.resample(frame):
                out.mux(stream.encode(piece))
            if cover and start == 0:
                out.mux(_cover_packet(picture))
        for piece in resampler.resample(None):
            out.mux(stream.encode(piece))
        out.mux(stream.encode(None))
    return path


def _cover_packet(picture: Any) -> Any:
    frame = av.VideoFrame(16, 16, "rgb24")
    packets = picture.encode(frame)
    return packets + picture.encode(None)


VBR: dict[str, Any] = {"options": {"flags": "+qscale", "global_quality": "472"}, "bit_rate": None}


def forge_xing(path: Path, frames: int) -> Path:
    """Make the Xing header of an mp3 file claim another number of frames."""
    data = bytearray(path.read_bytes())
    at = max(data.find(b"Xing"), data.find(b"Info"))
    data[at + 8 : at + 12] = frames.to_bytes(4, "big")
    path.write_bytes(data)
    return path


def cut(path: Path, share: float) -> Path:
    """Keep only the first `share` of a file."""
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    return path


def blot(path: Path, start: float, length: int) -> Path:
    """Overwrite `length` bytes with zeros, from the given share of the file on."""
    data = bytearray(path.read_bytes())
    at = int(len(data) * start)
    data[at : at + length] = bytes(length)
    path.write_bytes(data)
    return path


def picture_only(path: Path) -> Path:
    """An mp4 file with a moving picture and no sound."""
    with av.open(str(path), "w", format="mp4") as out:
        stream: Any = out.add_stream("mpeg4", rate=25, width=64, height=64, pix_fmt="yuv420p")
        for _ in range(50):
            out.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
        out.mux(stream.encode(None))
    return path


def decoded(path: Path) -> Sound:
    """Samples x channels, full scale 1.0, as a plain decode gives them."""
    with av.open(str(path)) as container:
        frames = list(container.decode(audio=0))
        channels = frames[0].layout.nb_channels
        raw = [f.to_ndarray().T if f.format.is_planar else f.to_ndarray().reshape(-1, channels) for f in frames]
    sound = np.concatenate(raw)
    scale = {"i": 2.0 ** (8 * sound.dtype.itemsize - 1), "f": 1.0}[sound.dtype.kind]
    return (sound / scale).astype(np.float32)
