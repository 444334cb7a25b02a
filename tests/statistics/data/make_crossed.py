"""Writes the three crossed data sets of this folder; `lme4.R` fits them and writes `lme4.csv`.

example: the GHES scores of the example study. sparse: 40 units, each rated by one or two of 4 raters, simulated.
boundary: the same with no rater effect, where the rater variance is estimated as zero.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from rater.scales.scoring import score
from tests.builders.reliability import example_ratings, shipped_scales

HERE = Path(__file__).parent


def simulated(seed: int, rater_sd: float) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    units, raters = rng.normal(2, 0.8, 40), rng.normal(0, rater_sd, 4)
    rows = []
    for unit in range(40):
        for rater in rng.permutation(4)[: 1 + unit % 2]:
            rows.append((f"U{unit:02}", f"R{rater + 1}", round(units[unit] + raters[rater] + rng.normal(0, 0.5), 3)))
    return pd.DataFrame(rows, columns=["unit", "rater", "value"])


def example() -> pd.DataFrame:
    ghes = shipped_scales()[0]
    rows = [(each.session_id, each.rater_id, score(ghes, "GHES", each.points)) for each in example_ratings()]
    return pd.DataFrame(rows, columns=["unit", "rater", "value"]).dropna()


if __name__ == "__main__":
    for name, rows in (("example", example()), ("sparse", simulated(5, 0.6)), ("boundary", simulated(11, 0.0))):
        rows.to_csv(HERE / f"crossed_{name}.csv", index=False)
