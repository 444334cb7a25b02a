"""How much a quiet recording is to be raised, so that recordings sound about equally loud."""

from __future__ import annotations

WANTED_DBFS = -20.0
MOST_GAIN = 4.0


def evening_gain(loudness_dbfs: float | None) -> float:
    """The linear gain that brings a recording's mean loudness (dB below full scale) to -20 dBFS.

    From 1 to 4: a loud recording stays as it is, and nothing is raised by more than 12 dB. 1.0 where it is not known.
    """
    if loudness_dbfs is None:
        return 1.0
    return round(min(MOST_GAIN, max(1.0, 10 ** ((WANTED_DBFS - loudness_dbfs) / 20))), 3)
