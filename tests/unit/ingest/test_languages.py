"""Languages: a sure window keeps its own, an unsure or short one follows the chunk."""

from __future__ import annotations

import pytest

from ingest.errors import LanguageNotInModel
from ingest.languages import Guess, chosen, most_tokens, settled, window_s
from ingest.transcribe import SAMPLE_RATE, ModelId

LONG = 25 * SAMPLE_RATE


def model(n_vocab: int) -> ModelId:
    return ModelId(name="m", sha256="0" * 64, revision="", n_vocab=n_vocab, licence="", source="")


def guess(**shares: float) -> Guess:
    return Guess(shares=shares)


def test_a_sure_window_keeps_its_own_language() -> None:
    found = settled([guess(en=0.9, fr=0.1), guess(en=0.95, fr=0.05), guess(fr=0.8, en=0.2)], [LONG] * 3)
    assert [g.language for g in found] == ["en", "en", "fr"]


def test_an_unsure_window_follows_the_chunk() -> None:
    found = settled([guess(en=0.9, fr=0.1), guess(en=0.95, fr=0.05), guess(fr=0.5, en=0.4)], [LONG] * 3)
    assert [g.language for g in found] == ["en", "en", "en"]


def test_a_very_short_window_follows_the_chunk_however_sure() -> None:
    found = settled([guess(en=0.9, la=0.1), guess(la=0.8, en=0.2)], [LONG, SAMPLE_RATE])
    assert [g.language for g in found] == ["en", "en"]


def test_one_window_alone_keeps_what_it_has() -> None:
    assert settled([guess(km=0.6, th=0.3)], [SAMPLE_RATE])[0].language == "km"


def test_an_english_model_writes_english_or_refuses() -> None:
    assert chosen(None, model(51_864)) == "en"
    assert chosen("en", model(51_864)) == "en"
    with pytest.raises(LanguageNotInModel):
        chosen("vi", model(51_864))


def test_a_model_of_many_languages_takes_what_is_asked_or_listens() -> None:
    assert chosen(None, model(51_865)) is None
    assert chosen("vi", model(51_865)) == "vi"


@pytest.mark.parametrize("language", ["km", "lo", "my", "th"])
def test_a_language_spelled_in_bytes_is_heard_in_short_windows(language: str) -> None:
    """Lao needs about forty tokens a second; the decoder holds 448 with its own four in front."""
    assert window_s(language) * 41 <= most_tokens(language) <= 444


def test_other_languages_are_heard_in_whole_windows() -> None:
    assert {window_s(language) for language in ("en", "fr", "vi", "ru", "zh")} == {30}
    assert most_tokens("vi") >= 30 * 6
