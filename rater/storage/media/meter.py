"""Measures decoded sound as it passes: length, peaks and loudness, holding about one second at a time."""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass
from typing import Any, Final

import av
import numpy as np

from rater.storage.media.peaks import PER_SECOND, Peaks

SILENT_BELOW: Final = 0.001  # -60 dBFS
_GATE: Final = 0.001  # mean square is taken over seconds whose RMS is above -60 dBFS
_FULL_SCALE: Final = {"u1": 128.0, "i2": 32768.0, "i4": 2147483648.0, "f4": 1.0, "f8": 1.0}


@dataclass(frozen=True)
class Measured:
    """Length in samples, peaks, and the RMS in dBFS over the seconds that hold sound (None for silence)."""

    samples: int
    peaks: Peaks
    loudness_dbfs: float | None


class Meter:
    """Takes decoded frames of one format and rate in order."""

    def __init__(self, rate: int) -> None:
        self.samples = 0
        self._rate = rate
        self._fifo = av.AudioFifo()
        self._edges = np.arange(PER_SECOND) * rate // PER_SECOND
        self._maxima = array("f")
        self._squares = 0.0
        self._sounding = 0

    def feed(self, frame: av.AudioFrame) -> None:
        """Measure one frame; raises ValueError where its format or rate is not that of the frames before it."""
        frame.pts = None
        self._fifo.write(frame)
        self.samples += frame.samples
        if self._fifo.samples >= self._rate:
            self._drain()

    def pad(self, samples: int) -> None:
        """Measure that many samples of silence, in the format of the frames so far."""
        while samples > 0 and self.samples:
            step = min(samples, self._rate)
            kind, layout = self._fifo.format, self._fifo.layout
            shape = (layout.nb_channels, step) if kind.is_planar else (1, step * layout.nb_channels)
            rest: Any = np.full(shape, 128 if kind.name.startswith("u8") else 0, _dtype(kind.name))
            frame = av.AudioFrame.from_ndarray(rest, format=kind.name, layout=layout.name)
            frame.sample_rate = self._rate
            self.feed(frame)
            samples -= step

    def finish(self) -> Measured:
        """What was measured, the last part of a second included."""
        self._drain()
        last = self._fifo.read(0)
        if last is not None:
            self._measure(last)
        maxima = np.frombuffer(self._maxima, np.float32) if self._maxima else np.zeros(0, np.float32)
        loudest = float(maxima.max(initial=0.0))
        scaled = np.rint(maxima * (255.0 / loudest)) if loudest > 0 else np.zeros_like(maxima)
        return Measured(self.samples, Peaks(PER_SECOND, loudest, scaled.astype(np.uint8).tobytes()), self._loudness())

    def _loudness(self) -> float | None:
        return 10 * math.log10(self._squares / self._sounding) if self._sounding else None

    def _drain(self) -> None:
        while (block := self._fifo.read(self._rate)) is not None:
            self._measure(block)

    def _measure(self, block: av.AudioFrame) -> None:
        loud = _magnitudes(block)
        edges = self._edges[: int(np.searchsorted(self._edges, loud.shape[0]))]
        self._maxima.frombytes(np.maximum.reduceat(loud, edges, axis=0).max(axis=1).tobytes())
        power = float(np.einsum("ij,ij->", loud, loud, dtype=np.float64)) / loud.shape[1]
        if power > _GATE**2 * loud.shape[0]:
            self._squares += power
            self._sounding += loud.shape[0]


def _magnitudes(block: av.AudioFrame) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Samples x channels, absolute, 1.0 = full scale; what is not a number counts as silence."""
    raw: Any = block.to_ndarray()
    loud: np.ndarray[Any, np.dtype[np.float32]] = raw.astype(np.float32)
    if raw.dtype == np.uint8:
        loud -= 128.0
    np.abs(loud, out=loud)
    loud *= np.float32(1.0 / _FULL_SCALE[raw.dtype.str[1:]])
    if raw.dtype.kind == "f" and not np.isfinite(loud.max(initial=0.0)):
        loud = np.nan_to_num(loud, copy=False, nan=0.0, posinf=1.0)
    return loud.T if block.format.is_planar else loud.reshape(-1, block.layout.nb_channels)


def _dtype(name: str) -> str:
    return {"u8": "u1", "s16": "i2", "s32": "i4", "flt": "f4", "dbl": "f8"}[name.removesuffix("p")]
