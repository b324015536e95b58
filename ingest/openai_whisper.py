"""Whisper on openai-whisper (the reference implementation, on torch): slower, for comparison and for GPU
owners.

It runs the same weights as the default engine, read from their CTranslate2 form, or a `.pt` file by path,
which is only ever opened as plain tensors (`weights_only`), never as a pickle that may run code.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from pickle import UnpicklingError  # only the error: torch raises it for a file that is no plain tensors
from typing import Any

import numpy as np

from ingest.errors import EngineMissing, ModelIncomplete, ModelUnknown, TranscriptionFailed
from ingest.hearing import Written, drafted
from ingest.languages import Guess, chosen, most_tokens, settled, window_s
from ingest.models import Fetched, Weights
from ingest.transcribe import SAMPLE_RATE, Heard, ModelId, Options
from ingest.voice import WINDOW_S, Float32, Stretch, Window, packed
from ingest.weights_convert import converted

_NAME = "openai-whisper"
_TEMPERATURES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


class OpenAIWhisper:
    """The reference engine in float32 on the processor. Both modes of listening are the careful one."""

    name = _NAME

    def __init__(self, weights: Weights, *, threads: int | None = None) -> None:
        """Load verified weights. `threads` is torch's number for this process. Raises EngineMissing,
        ModelIncomplete.
        """
        try:
            import torch
            import whisper
        except ImportError:
            raise EngineMissing(_NAME, "saksi[openai-whisper]") from None
        if threads is not None:
            torch.set_num_threads(threads)
        self._torch, self._whisper = torch, whisper
        self._model = self._opened(weights.path) if weights.checkpoint else self._built(weights.path)
        self._model.eval()
        with warnings.catch_warnings():  # the library reads its word list once and forgets to close the file
            warnings.simplefilter("ignore", ResourceWarning)
            whisper.tokenizer.get_tokenizer(
                self._model.is_multilingual, num_languages=self._model.num_languages
            )
        n_vocab = int(self._model.dims.n_vocab)
        self._id = weights.id if weights.id.n_vocab else _with_vocabulary(weights.id, n_vocab)

    @property
    def version(self) -> str:
        return f"{version('openai-whisper')} float32"

    def model_id(self) -> ModelId:
        return self._id

    def detect_language(self, pcm: Float32) -> list[tuple[str, float]]:
        with _failures(0):
            return self._guess(pcm).ranked()

    def transcribe(self, pcm: Float32, options: Options, speech: Sequence[Stretch]) -> Iterator[Heard]:
        """As `Transcriber.transcribe`; one window after the other."""
        windows = packed(speech)
        if not windows:
            return
        language = chosen(options.language, self._id)
        with _failures(windows[0].pieces[0].start):
            if language is None:
                guesses = settled([self._guess(w.sound(pcm)) for w in windows], [w.length for w in windows])
            else:
                guesses = [Guess.certain(language)] * len(windows)
            for window, guess in _shorter_where_needed(windows, guesses):
                found = self._whisper.transcribe(
                    self._model,
                    window.sound(pcm),
                    language=guess.language,
                    beam_size=options.beam,
                    temperature=_TEMPERATURES,
                    condition_on_previous_text=False,
                    word_timestamps=True,
                    fp16=False,
                    sample_len=most_tokens(guess.language),
                    verbose=None,
                )
                for s in found["segments"]:
                    written = Written(
                        text=s["text"],
                        words=[
                            (w["word"], w["start"], w["end"], w["probability"]) for w in s.get("words", ())
                        ],
                        avg_logprob=s["avg_logprob"],
                        no_speech_prob=s["no_speech_prob"],
                        compression_ratio=s["compression_ratio"],
                    )
                    yield from drafted(window, guess, written)

    def _guess(self, pcm: Float32) -> Guess:
        if self._id.english_only:
            return Guess.certain("en")
        sound = self._whisper.pad_or_trim(np.ascontiguousarray(pcm), WINDOW_S * SAMPLE_RATE)
        mel = self._whisper.log_mel_spectrogram(sound, self._model.dims.n_mels)
        _, shares = self._model.detect_language(mel)
        return Guess(shares={code: float(share) for code, share in shares.items()})

    def _built(self, folder: Path) -> Any:
        checkpoint = converted(folder)
        tensors = {
            name: self._torch.from_numpy(np.array(array)) for name, array in checkpoint.tensors.items()
        }
        return self._assembled(dict(checkpoint.dims), tensors, checkpoint.alignment_heads)

    def _opened(self, path: Path) -> Any:
        try:
            held = self._torch.load(path, map_location="cpu", weights_only=True)
            return self._assembled(held["dims"], held["model_state_dict"], held.get("alignment_heads") or ())
        except (RuntimeError, KeyError, TypeError, EOFError, OSError, ValueError, UnpicklingError) as broken:
            raise ModelIncomplete(path.name, "a part of the checkpoint") from broken

    def _assembled(
        self, dims: dict[str, int], tensors: dict[str, Any], heads: Sequence[Sequence[int]]
    ) -> Any:
        model = self._whisper.model.Whisper(self._whisper.model.ModelDimensions(**dims))
        model.load_state_dict({name: tensor.float() for name, tensor in tensors.items()})
        if heads:  # which heads follow the words: without them word times are worse (docs/speech.md)
            mask = self._torch.zeros(model.dims.n_text_layer, model.dims.n_text_head, dtype=self._torch.bool)
            for layer, head in heads:
                mask[layer, head] = True
            model.register_buffer("alignment_heads", mask.to_sparse(), persistent=False)
        return model


def _shorter_where_needed(
    windows: Sequence[Window], guesses: Sequence[Guess]
) -> Iterator[tuple[Window, Guess]]:
    for window, guess in zip(windows, guesses, strict=True):
        for part in packed(window.pieces, window_s(guess.language)):
            yield part, guess


def fetch(model: str, folder: Path) -> Fetched:
    """openai-whisper's own download, for `ingest.models.resolve` where the hub is allowed.

    The publisher's digest is a part of the address it is fetched from.
    """
    try:
        import whisper
    except ImportError:
        raise EngineMissing(_NAME, "saksi[openai-whisper]") from None
    addresses: dict[str, str] = whisper._MODELS  # noqa: SLF001  (the only table of names and addresses there is)
    if model not in addresses:
        raise ModelUnknown(model)
    address = addresses[model]
    folder.mkdir(parents=True, exist_ok=True)
    try:
        path = Path(whisper._download(address, str(folder), in_memory=False))  # noqa: SLF001
    except (OSError, RuntimeError) as broken:
        raise ModelUnknown(model) from broken
    return Fetched(path=path, sha256=address.split("/")[-2], source=address)


def _with_vocabulary(identity: ModelId, n_vocab: int) -> ModelId:
    return replace(identity, n_vocab=n_vocab)


@contextmanager
def _failures(start_sample: int) -> Iterator[None]:
    """What torch and whisper raise on a chunk they cannot do becomes one error of ours, without spoken
    words.
    """
    try:
        yield
    except (RuntimeError, ValueError, IndexError, AssertionError, KeyError) as broken:
        raise TranscriptionFailed(
            _NAME, start_sample * 1000 // SAMPLE_RATE, type(broken).__name__
        ) from broken
