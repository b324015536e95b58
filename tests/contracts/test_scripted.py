"""The scripted engine keeps the promise of a real one, and reads its sidecar or says what is wrong with it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from ingest.errors import ScriptUnreadable
from ingest.scripted import Line, Scripted
from ingest.transcribe import SAMPLE_RATE, Options
from ingest.voice import Stretch
from tests.contracts.speech_sounds import SAMPLES, reference, silence
from tests.contracts.transcriber import OnSamplesContract, TranscriberContract


class TestScripted(TranscriberContract):
    @pytest.fixture
    def engine(self) -> Scripted:
        return Scripted([Line(start_ms=0, end_ms=5_000, text="words that nobody says here")])


if SAMPLES is not None:

    class TestScriptedOnSamples(OnSamplesContract):
        """The later lines are for the test in which the speaker begins six seconds later."""

        @pytest.fixture
        def engine(self) -> Scripted:
            said = reference("jfk.txt")
            return Scripted(
                [
                    Line(start_ms=300, end_ms=10_500, text=said),
                    Line(start_ms=17_300, end_ms=27_500, text=said),
                ]
            )


def test_a_sidecar_is_read_and_its_words_spread(tmp_path: Path) -> None:
    sidecar = tmp_path / "script.json"
    told = {"language": "km", "segments": [{"start_ms": 1000, "end_ms": 3000, "text": "one two"}]}
    sidecar.write_text(json.dumps(told))
    engine = Scripted.from_file(sidecar)
    (draft,) = engine.transcribe(silence(10), Options(), (Stretch(start=0, end=10 * SAMPLE_RATE),))
    assert (draft.language, draft.text, draft.start_ms, draft.end_ms) == ("km", "one two", 1000, 3000)
    assert [(w.start_ms, w.end_ms, w.text) for w in draft.words] == [(1000, 2000, "one"), (2000, 3000, "two")]


def test_a_second_chunk_goes_on_where_the_first_ended() -> None:
    lines = [
        Line(start_ms=1000, end_ms=2000, text="first"),
        Line(start_ms=11_000, end_ms=12_000, text="second"),
    ]
    engine = Scripted(lines)
    everywhere = (Stretch(start=0, end=10 * SAMPLE_RATE),)
    chunks = [silence(10), np.full(10 * SAMPLE_RATE, 0.1, np.float32)]
    heard = [[(d.text, d.start_ms) for d in engine.transcribe(c, Options(), everywhere)] for c in chunks]
    assert heard == [[("first", 1000)], [("second", 1000)]]
    again = [d.text for d in engine.transcribe(chunks[0], Options(), everywhere)]
    assert again == ["first"]


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"segments": [{"start_ms": "x"}]}', '{"segments": 3}'])
def test_a_sidecar_that_is_not_in_its_form_is_named(tmp_path: Path, content: str) -> None:
    sidecar = tmp_path / "script.json"
    sidecar.write_text(content)
    with pytest.raises(ScriptUnreadable) as found:
        Scripted.from_file(sidecar)
    assert "sidecar" in found.value.message


def test_a_missing_sidecar_is_named(tmp_path: Path) -> None:
    with pytest.raises(ScriptUnreadable):
        Scripted.from_file(tmp_path / "nothing.json")
