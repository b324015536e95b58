"""openai-whisper keeps the promise with the same weights, from their folder and from a `.pt` file."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.errors import ModelIncomplete
from ingest.models import Weights, resolve
from ingest.openai_whisper import OpenAIWhisper
from ingest.weights_convert import converted
from tests.contracts.speech_sounds import SAMPLES, decoded, sample
from tests.contracts.transcriber import (
    LanguagesContract,
    OnSamplesContract,
    QuietNarratorContract,
    TranscriberContract,
    listen,
    text_of,
)

pytestmark = [pytest.mark.openai, pytest.mark.weights, pytest.mark.slow]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def tiny(cache: Path) -> OpenAIWhisper:
    return OpenAIWhisper(resolve("tiny.en", cache=cache))


@pytest.fixture(scope="module")
def base(cache: Path) -> OpenAIWhisper:
    return OpenAIWhisper(resolve("base", cache=cache))


@pytest.fixture(scope="module")
def checkpoint(cache: Path) -> Path:
    """tiny.en as a `.pt` file, as openai-whisper itself keeps its models."""
    import torch

    made = converted(resolve("tiny.en", cache=cache).path)
    path = cache / "tiny.en.pt"
    tensors = {name: torch.from_numpy(array.copy()) for name, array in made.tensors.items()}
    held = {"dims": dict(made.dims), "model_state_dict": tensors}
    torch.save({**held, "alignment_heads": [list(head) for head in made.alignment_heads]}, path)
    return path


class TestOpenAIWhisper(TranscriberContract):
    @pytest.fixture
    def engine(self, tiny: OpenAIWhisper) -> OpenAIWhisper:
        return tiny


def test_a_checkpoint_is_pinned_on_first_use(checkpoint: Path, cache: Path) -> None:
    weights = resolve(str(checkpoint), cache=cache)
    engine = OpenAIWhisper(weights)
    assert engine.model_id().n_vocab == 51_864
    assert resolve(str(checkpoint), cache=cache) == weights


def test_a_checkpoint_cut_short_is_named(checkpoint: Path, tmp_path: Path) -> None:
    short = tmp_path / "short.pt"
    short.write_bytes(checkpoint.read_bytes()[:1_000_000])
    with pytest.raises(ModelIncomplete):
        OpenAIWhisper(resolve(str(short), cache=tmp_path))


def test_a_pickle_that_runs_code_is_not_run(tmp_path: Path, cache: Path) -> None:
    import torch

    mark = tmp_path / "ran"
    evil = tmp_path / "evil.pt"
    torch.save({"dims": _Runs(mark), "model_state_dict": {}}, evil)
    with pytest.raises(ModelIncomplete):
        OpenAIWhisper(Weights(path=evil, id=resolve("tiny.en", cache=cache).id))
    assert not mark.exists()


class _Runs:
    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return Path.touch, (self.mark,)  # type: ignore[return-value]


if SAMPLES is not None:

    class TestTinyOnSamples(OnSamplesContract):
        @pytest.fixture
        def engine(self, tiny: OpenAIWhisper) -> OpenAIWhisper:
            return tiny

    class TestBaseLanguages(LanguagesContract):
        @pytest.fixture
        def engine(self, base: OpenAIWhisper) -> OpenAIWhisper:
            return base

    class TestBaseQuietNarrator(QuietNarratorContract):
        @pytest.fixture
        def engine(self, base: OpenAIWhisper) -> OpenAIWhisper:
            return base

    def test_folder_and_checkpoint_are_the_same_weights(
        tiny: OpenAIWhisper, checkpoint: Path, cache: Path
    ) -> None:
        sound = decoded(sample("jfk.flac"))
        from_file = OpenAIWhisper(resolve(str(checkpoint), cache=cache))
        assert text_of(listen(from_file, sound)) == text_of(listen(tiny, sound))
