"""Peaks of a recording: a hundred a second, kept in one byte each beside the recording."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

PER_SECOND: Final = 100

_HEADER: Final = struct.Struct("<4sHHfI")
_MAGIC: Final = b"RPK1"


@dataclass(frozen=True)
class Peaks:
    """Byte `k` is the loudest sample from second `k / per_second` on; 255 stands for `loudest` (1.0 = full scale)."""

    per_second: int
    loudest: float
    values: bytes

    def to_bytes(self) -> bytes:
        """The file: a header of 16 bytes, then one byte a peak."""
        return _HEADER.pack(_MAGIC, self.per_second, 0, self.loudest, len(self.values)) + self.values

    @staticmethod
    def from_bytes(data: bytes) -> Peaks:
        """The peaks of a file that `to_bytes` wrote; raises ValueError for any other."""
        if len(data) < _HEADER.size:
            raise ValueError("not a peaks file")
        magic, per_second, _, loudest, count = _HEADER.unpack_from(data)
        values = data[_HEADER.size :]
        if magic != _MAGIC or len(values) != count or not per_second:
            raise ValueError("not a peaks file")
        return Peaks(per_second, loudest, values)


def overview(stored: bytes, points: int) -> bytes:
    """At most `points` maxima over equal stretches of a whole peaks file; no peak is lost."""
    return _maxima(Peaks.from_bytes(stored).values, points)


def detail(stored: bytes, start_s: float, stop_s: float, points: int | None = None) -> bytes:
    """The peaks of a peaks file from `start_s` to before `stop_s`, reduced to at most `points` maxima if given."""
    peaks = Peaks.from_bytes(stored)
    start, stop = (max(0, int(second * peaks.per_second)) for second in (start_s, stop_s))
    return peaks.values[start:stop] if points is None else _maxima(peaks.values[start:stop], points)


def _maxima(values: bytes, points: int) -> bytes:
    if points < 1:
        raise ValueError("an overview has at least one point")
    count = len(values)
    if count <= points:
        return values
    edges = [count * k // points for k in range(points + 1)]
    return bytes(max(values[start:stop]) for start, stop in pairwise(edges))
