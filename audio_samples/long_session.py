"""Builds a recording as long as a real session from the samples: `python -m audio_samples.long_session long.mp3`."""

import argparse
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import yaml

from audio_samples.encoding import FORMATS, RATE, Samples, decode, encode, encode_repeated

HERE = Path(__file__).resolve().parent
PASSAGE_MINUTES = 5.0


def build_long_session(path: Path | str, minutes: float = 43.0, bit_rate: int = 64_000, format: str = "mp3") -> float:
    """Fill `minutes` with the samples, one after the other and again, and return the true seconds.

    `format` is one of mp3, m4a, opus, ogg, flac, wav, else `KeyError`; `bit_rate` in bits a second. The lossless ones
    run through all samples; the others repeat the first `PASSAGE_MINUTES`, which takes seconds instead of a minute and
    ends exact to 40 ms. Memory does not grow with the length.
    """
    form = FORMATS[format]
    if form.lossless:
        return encode(Path(path), first(round(minutes * 60 * RATE)), format, bit_rate)
    passage = first(round(min(minutes, PASSAGE_MINUTES) * 60 * RATE))
    return encode_repeated(Path(path), passage, minutes * 60, format, bit_rate)


def first(count: int) -> Iterator[Samples]:
    """Blocks of the samples' sound, `count` samples in all."""
    left = count
    for path in cycle(sample_files()):
        for block in decode(path):
            if block.size >= left:
                yield block[:left]
                return
            left -= block.size
            yield block


def sample_files() -> list[Path]:
    """The sample recordings that the index lists."""
    index = yaml.safe_load((HERE / "index.yaml").read_text(encoding="utf-8"))
    return [HERE / session["file"] for session in index["sessions"]]


def main() -> int:
    """The command: the path, `--minutes`, `--bitrate` (bits a second), `--format` (else from the path's ending)."""
    parser = argparse.ArgumentParser(description="Build a long recording from the sample sessions.")
    parser.add_argument("path", type=Path)
    parser.add_argument("--minutes", type=float, default=43.0)
    parser.add_argument("--bitrate", type=int, default=64_000)
    parser.add_argument("--format", choices=sorted(FORMATS))
    given = parser.parse_args()
    ending = given.path.suffix.removeprefix(".").lower()
    name = given.format or (ending if ending in FORMATS else "mp3")
    seconds = build_long_session(given.path, given.minutes, given.bitrate, name)
    print(f"{given.path}: {seconds:.1f} s, {given.path.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
