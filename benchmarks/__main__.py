"""All benchmarks in one run, printed as one table."""

from __future__ import annotations

import sys

from benchmarks import (
    allocation,
    coefficients,
    exporting,
    first_byte,
    first_sound,
    ingest,
    memory,
    page_weight,
    ranges,
    saving,
)
from benchmarks.bench import show

if __name__ == "__main__":
    sys.exit(
        show(
            [
                memory.measure,
                page_weight.measure,
                first_byte.measure,
                first_sound.measure,
                ranges.measure,
                saving.measure,
                ingest.measure,
                allocation.measure,
                coefficients.measure,
                exporting.measure,
            ]
        )
    )
