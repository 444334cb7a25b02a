"""Speaks the written dialogues and writes the sample recordings and their index: `python -m audio_samples.speak`.

Needs the programs `flite` (English) and `espeak-ng` (German). The same dialogues and programs give the same files.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from audio_samples.dialogues import HERE, Act, Dialogue, Line, Speaker, Voice, read_dialogues
from audio_samples.encoding import RATE, Samples, encode

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from pydub import AudioSegment
    from pydub.silence import detect_leading_silence

BIT_RATES = {"mp3": 40_000, "m4a": 40_000, "opus": 32_000, "ogg": 32_000, "flac": 0}
VOICE_DBFS = -24.0
PEAK_DBFS = -3.0
ROOM_DBFS = -66.0
SILENCE_DBFS = -45.0
TURN_PAUSES = (0.35, 0.5, 0.4, 0.6, 0.45)
EDGE_SECONDS = 0.6
WORDS_A_MINUTE = 150
FULL_SCALE = 32768.0


class MissingVoiceError(Exception):
    """A speech program is not installed."""


@dataclass(frozen=True)
class Span:
    """What one line does, from `start` to `end` in seconds of the recording."""

    act: Act
    start: float
    end: float


@dataclass(frozen=True)
class Session:
    """A spoken dialogue: its sound at `RATE` and where its marked acts are."""

    sound: AudioSegment
    spans: tuple[Span, ...]


def speak_line(text: str, voice: Voice) -> AudioSegment:
    """One line in one voice, without silence at its edges; raises `MissingVoiceError` where the program is absent."""
    program = shutil.which(voice.engine)
    if program is None:
        raise MissingVoiceError(f"{voice.engine} is not installed")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "line.wav"
        subprocess.run([program, *arguments(voice, path), text], check=True, capture_output=True)  # noqa: S603 - no shell, our own text
        sound = AudioSegment.from_wav(path)
    sized = sound._spawn(sound.raw_data, overrides={"frame_rate": round(sound.frame_rate * voice.size)})
    return trimmed(sized.set_channels(1).set_sample_width(2).set_frame_rate(RATE))


def arguments(voice: Voice, path: Path) -> list[str]:
    """The speech program's options; a voice sped up by its size is spoken that much slower and deeper first."""
    pace, pitch = voice.pace * voice.size, voice.pitch / voice.size
    if voice.engine == "flite":
        return ["-voice", voice.name, "--setf", f"duration_stretch={pace:.4f}", "--setf", f"f0_shift={pitch:.4f}",
                "-o", str(path), "-t"]  # fmt: skip
    return ["-v", voice.name, "-s", str(round(WORDS_A_MINUTE / pace)), "-p", str(round(50 * pitch)), "-w", str(path)]


def trimmed(sound: AudioSegment) -> AudioSegment:
    """The sound without the quiet before and after it, of which 30 ms stay."""
    head = detect_leading_silence(sound, SILENCE_DBFS, chunk_size=5)
    tail = detect_leading_silence(sound.reverse(), SILENCE_DBFS, chunk_size=5)
    return sound[max(head - 30, 0) : len(sound) - max(tail - 30, 0)]


def samples(sound: AudioSegment) -> Samples:
    """The sound's 16-bit samples."""
    return np.frombuffer(sound.raw_data, dtype=np.int16)


def speech_level(sounds: list[AudioSegment]) -> float:
    """Level in dBFS (RMS over full scale) of the 20 ms stretches of the sounds that are speech, not pause."""
    joined = np.concatenate([samples(sound) for sound in sounds]).astype(np.float64) / FULL_SCALE
    size = RATE // 50
    power = (joined[: joined.size // size * size].reshape(-1, size) ** 2).mean(axis=1)
    return float(10 * np.log10(power[power > 10 ** (SILENCE_DBFS / 10)].mean()))


def levelled(lines: list[tuple[Line, AudioSegment]]) -> list[tuple[Line, AudioSegment]]:
    """The same lines with each speaker's speech as a whole brought to `VOICE_DBFS`, so that both are equally loud."""
    gain = {
        speaker: VOICE_DBFS - speech_level([sound for line, sound in lines if line.speaker == speaker])
        for speaker in {line.speaker for line, _ in lines}
    }
    return [(line, sound.apply_gain(gain[line.speaker])) for line, sound in lines]


def joined(lines: list[tuple[Line, AudioSegment]]) -> Session:
    """The lines one after the other, with the marked pauses and ordinary ones between, over a quiet room."""
    sound = quiet(EDGE_SECONDS)
    spans: list[Span] = []
    for number, (line, spoken) in enumerate(lines):
        if number:
            sound += quiet(TURN_PAUSES[number % len(TURN_PAUSES)] if line.pause is None else line.pause)
        start = len(sound) / 1000
        sound += spoken
        if line.act:
            spans.append(Span(line.act, start, len(sound) / 1000))
    sound += quiet(EDGE_SECONDS)
    sound = sound.apply_gain(PEAK_DBFS - sound.max_dBFS)
    return Session(sound.overlay(room(len(sound))), tuple(spans))


def quiet(seconds: float) -> AudioSegment:
    """Digital silence."""
    return AudioSegment.silent(round(seconds * 1000), frame_rate=RATE)


def room(milliseconds: int) -> AudioSegment:
    """The faint noise of a telephone line, the same each time."""
    count = milliseconds * RATE // 1000
    noise = np.random.default_rng(9).normal(0, FULL_SCALE * 10 ** (ROOM_DBFS / 20), count)
    return AudioSegment(noise.astype(np.int16).tobytes(), sample_width=2, frame_rate=RATE, channels=1)


def speak(dialogue: Dialogue) -> Session:
    """The whole dialogue, spoken."""
    return joined(levelled([(line, speak_line(line.text, dialogue.voices[line.speaker])) for line in dialogue.lines]))


def merged(spans: tuple[Span, ...]) -> dict[str, list[list[float]]]:
    """From the first to the last line of each act, in seconds: one stretch an act."""
    return {
        act: [[min(s.start for s in spans if s.act == act), max(s.end for s in spans if s.act == act)]]
        for act in dict.fromkeys(s.act for s in spans)
    }


def blocks(sound: AudioSegment) -> Iterator[Samples]:
    """The sound a second at a time."""
    whole = samples(sound)
    for start in range(0, whole.size, RATE):
        yield whole[start : start + RATE]


def entry(dialogue: Dialogue, spoken: Session, seconds: float) -> dict[str, Any]:
    """What the index says of one recording; times in seconds."""
    voices: dict[Speaker, str] = {who: f"{voice.engine} {voice.name}" for who, voice in dialogue.voices.items()}
    return {
        "file": dialogue.file,
        "language": dialogue.language,
        "title": dialogue.title,
        "duration_s": round(seconds, 2),
        "handling": dialogue.handling,
        "about": dialogue.about,
        "dialogue": f"dialogues/{dialogue.id}.yaml",
        "voices": voices,
        "acts": merged(spoken.spans),
        **dialogue.details,
    }


def write_sessions(dialogues: list[Dialogue], folder: Path) -> None:
    """Speak the dialogues into `folder` and write `index.yaml` beside them; an earlier index is replaced."""
    index = []
    for dialogue in dialogues:
        spoken = speak(dialogue)
        name = Path(dialogue.file).suffix.removeprefix(".")
        seconds = encode(folder / dialogue.file, blocks(spoken.sound), name, BIT_RATES[name])
        index.append(entry(dialogue, spoken, seconds))
        print(f"{dialogue.file}: {seconds:.0f} s")
    text = yaml.safe_dump({"sessions": index}, allow_unicode=True, sort_keys=False, width=110)
    (folder / "index.yaml").write_text("# Written by audio_samples/speak.py.\n" + text, encoding="utf-8")


def main() -> int:
    """The command: `python -m audio_samples.speak [--into FOLDER]`."""
    parser = argparse.ArgumentParser(description="Speak the written dialogues into sample recordings.")
    parser.add_argument("--into", type=Path, default=HERE, help="folder for the recordings and index.yaml")
    folder = parser.parse_args().into
    folder.mkdir(parents=True, exist_ok=True)
    try:
        write_sessions(read_dialogues(), folder)
    except MissingVoiceError as error:
        print(f"{error}. Install it, on Debian with: apt install flite espeak-ng", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
