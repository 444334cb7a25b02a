import pytest

from rater.recordings.loudness import evening_gain


@pytest.mark.parametrize(
    ("loudness", "gain"), [(None, 1.0), (-12.0, 1.0), (-20.0, 1.0), (-26.0206, 2.0), (-32.0412, 4.0), (-60.0, 4.0)]
)
def test_quiet_recordings_are_raised_and_loud_ones_left(loudness: float | None, gain: float) -> None:
    assert evening_gain(loudness) == pytest.approx(gain, abs=1e-3)
