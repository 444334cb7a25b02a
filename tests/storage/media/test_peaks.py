"""The peaks file: written and read back, reduced without losing a peak."""

from __future__ import annotations

import pytest

from rater.storage.media.peaks import Peaks, detail, overview

VALUES = bytes((k * 37) % 251 for k in range(25_803))
FILE = Peaks(100, 0.5, VALUES).to_bytes()


def test_a_peaks_file_is_read_back() -> None:
    assert Peaks.from_bytes(FILE) == Peaks(100, 0.5, VALUES)
    assert len(FILE) == 16 + len(VALUES)


@pytest.mark.parametrize("data", [b"", b"RPK1", FILE[:-1], FILE + b"\0", b"X" + FILE[1:]])
def test_other_bytes_are_no_peaks_file(data: bytes) -> None:
    with pytest.raises(ValueError, match="not a peaks file"):
        Peaks.from_bytes(data)


@pytest.mark.parametrize("points", [1, 7, 4000, 25_802])
def test_an_overview_has_the_points_asked_for_and_loses_no_peak(points: int) -> None:
    loud = bytearray(len(VALUES))
    for at in (0, 1, 12_345, len(VALUES) - 1):
        loud[:] = bytes(len(VALUES))
        loud[at] = 200
        got = overview(Peaks(100, 1.0, bytes(loud)).to_bytes(), points)
        assert len(got) == points
        assert max(got) == 200
        assert got.index(200) == pytest.approx(at * points / len(VALUES), abs=1)


def test_an_overview_of_few_peaks_is_the_peaks() -> None:
    assert overview(Peaks(100, 1.0, b"\1\2\3").to_bytes(), 4000) == b"\1\2\3"
    assert overview(Peaks(100, 0.0, b"").to_bytes(), 4000) == b""
    with pytest.raises(ValueError, match="at least one"):
        overview(FILE, 0)


def test_detail_is_a_stretch_by_seconds() -> None:
    assert detail(FILE, 10, 20.5) == VALUES[1000:2050]
    assert detail(FILE, 250, 999) == VALUES[25_000:]
    assert detail(FILE, -5, 0.02) == VALUES[:2]
    assert detail(FILE, 5, 4) == b""
    assert detail(FILE, 0, 100, points=10) == bytes(max(VALUES[k * 1000 : k * 1000 + 1000]) for k in range(10))
