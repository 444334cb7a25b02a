"""How spoken lines become a session: trimmed, levelled, joined; and what reaches the file."""

import numpy as np
import pytest
from pydub import AudioSegment

from audio_samples.dialogues import Line
from audio_samples.encoding import FORMATS, RATE, decode, encode, encode_repeated
from audio_samples.speak import PEAK_DBFS, Span, joined, levelled, merged, quiet, samples, speech_level, trimmed


def tone(seconds: float, amplitude: float, hertz: float = 220.0) -> AudioSegment:
    wave = amplitude * 32767 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)
    return AudioSegment(wave.astype(np.int16).tobytes(), sample_width=2, frame_rate=RATE, channels=1)


def lines() -> list[tuple[Line, AudioSegment]]:
    return [
        (Line("therapist", "How was it?", "review"), tone(1.0, 0.5)),
        (Line("patient", "Good.", "review", pause=1.2), tone(2.0, 0.05)),
        (Line("therapist", "Fine."), tone(1.0, 0.5)),
    ]


def test_trimming_takes_the_silence_at_the_edges_and_leaves_the_one_inside():
    spoken = quiet(0.5) + tone(0.4, 0.3) + quiet(0.3) + tone(0.4, 0.3) + quiet(0.7)
    assert len(trimmed(spoken)) == pytest.approx(1100 + 60, abs=15)


def test_levelling_makes_a_loud_and_a_soft_speaker_equally_loud():
    before = [speech_level([sound]) for _, sound in lines()]
    after = [speech_level([sound]) for _, sound in levelled(lines())]
    assert before[0] - before[1] == pytest.approx(20, abs=0.1)
    assert after == pytest.approx([after[0]] * 3, abs=0.1)


def test_the_speech_level_leaves_pauses_out():
    assert speech_level([tone(1.0, 0.3) + quiet(3.0)]) == pytest.approx(speech_level([tone(1.0, 0.3)]), abs=0.1)


def test_a_session_has_its_marked_pauses_its_spans_and_its_peak():
    session = joined(levelled(lines()))
    first, second = session.spans
    assert (first.act, second.act) == ("review", "review")
    assert second.start - first.end == pytest.approx(1.2, abs=0.002)
    assert session.sound.max_dBFS == pytest.approx(PEAK_DBFS, abs=0.2)
    assert merged(session.spans) == {"review": [[first.start, second.end]]}


def test_acts_are_merged_each_for_itself():
    spans = (Span("phq9", 1, 2), Span("review", 3, 4), Span("phq9", 5, 6))
    assert merged(spans) == {"phq9": [[1, 6]], "review": [[3, 4]]}


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_a_file_holds_the_sound_that_was_given_and_is_the_same_each_time(name, tmp_path):
    block = samples(tone(5.0, 0.4))
    written = [tmp_path / f"a.{name}", tmp_path / f"b.{name}"]
    for path in written:
        assert encode(path, [block[:7000], block[7000:]], name, 48_000) == 5.0
    heard = np.concatenate(list(decode(written[0])))
    assert heard.size / RATE == pytest.approx(5.0, abs=0.1)
    middle = np.abs(np.fft.rfft(heard[RATE : 3 * RATE].astype(float)))
    assert middle.argmax() / 2 == pytest.approx(220, abs=1)
    assert written[0].read_bytes() == written[1].read_bytes()


def test_a_format_with_numbered_frames_is_not_repeated(tmp_path):
    with pytest.raises(ValueError, match="flac"):
        encode_repeated(tmp_path / "x.flac", [], 1.0, "flac", 0)
