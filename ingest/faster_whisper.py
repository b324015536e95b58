"""Whisper on faster-whisper: int8 on the processor, several windows at once, several one-thread workers.

Written on faster-whisper's own steps (encode, generate, align) instead of its ready pipeline, for two
reasons: the language of every window is read from the encoding that is needed anyway, and two workers of
one thread share the windows of one chunk and one set of weights, which is faster than two threads on one
window (docs/speech.md).
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np

from ingest.errors import EngineMissing, ModelIncomplete, TranscriptionFailed
from ingest.hearing import Cores, Written, drafted, in_batches
from ingest.languages import Guess, chosen, most_tokens, settled, window_s
from ingest.transcribe import SAMPLE_RATE, Heard, Mode, ModelId, Options
from ingest.voice import WINDOW_S, Float32, Stretch, Window, packed

if TYPE_CHECKING:
    from ingest.models import Weights

_NAME = "faster-whisper"
_TEMPERATURES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
_BEFORE, _AFTER = "\"'“¿([{-", "\"'.。,，!！?？:：”)]}、"  # signs that belong to the next or the last word


@dataclass(frozen=True, slots=True)
class _Task:
    """One window, its language, and its encoding where the language had to be heard."""

    window: Window
    guess: Guess
    encoded: Float32 | None


class FasterWhisper:
    """The default engine. Holds the weights in memory (base: about 0.2 GB) until it is dropped."""

    name = _NAME

    def __init__(self, weights: Weights, *, cores: Cores | None = None, compute: str = "int8") -> None:
        """Load verified weights (`ingest.models.resolve`). Raises EngineMissing, ModelIncomplete."""
        try:
            from faster_whisper import WhisperModel
        except ImportError:
            raise EngineMissing(_NAME, "faster-whisper") from None
        self._id = weights.id
        self._cores = cores or Cores.of_this_machine()
        self._compute = compute
        try:
            self._model = WhisperModel(
                str(weights.path),
                device="cpu",
                compute_type=compute,
                cpu_threads=self._cores.threads,
                num_workers=self._cores.workers,
                local_files_only=True,
            )
        except (RuntimeError, ValueError) as broken:
            raise ModelIncomplete(
                weights.id.name, "model.bin (it ends too early, or is no Whisper model)"
            ) from broken

    @property
    def version(self) -> str:
        return f"{version('faster-whisper')} {self._compute}"

    def model_id(self) -> ModelId:
        return self._id

    def detect_language(self, pcm: Float32) -> list[tuple[str, float]]:
        with _failures(0):
            if self._id.english_only:
                return [("en", 1.0)]
            return self._guess(self._encode(pcm[: WINDOW_S * SAMPLE_RATE])).ranked()

    def transcribe(self, pcm: Float32, options: Options, speech: Sequence[Stretch]) -> Iterator[Heard]:
        """As `Transcriber.transcribe`; CAREFUL is slower by half and hears windows again after their last
        word.
        """
        windows = packed(speech)
        if not windows:
            return
        language = chosen(options.language, self._id)
        with _failures(windows[0].pieces[0].start), ThreadPoolExecutor(self._cores.workers) as pool:
            if language is None:
                encoded = list(pool.map(lambda window: self._encode(window.sound(pcm)), windows))
                guesses = settled([self._guess(one) for one in encoded], [w.length for w in windows])
                tasks = [_Task(*one) for one in zip(windows, guesses, encoded, strict=True)]
            else:
                tasks = [_Task(window, Guess.certain(language), None) for window in windows]
            hear = self._batch if options.mode is Mode.BATCHED else self._one_by_one
            # The batch is what is in flight, shared by the workers: twice as much at once is 5 % less work
            # and 200 MB more at the peak.
            each = max(2, options.batch // self._cores.workers)
            batches = in_batches(_shorter_where_needed(tasks), each, self._cores.workers)
            jobs = [pool.submit(hear, pcm, batch, options) for batch in batches]
            del tasks, batches
            while jobs:
                yield from jobs.pop(0).result()
        _give_back()

    # -- several windows at once --

    def _batch(self, pcm: Float32, tasks: Sequence[_Task], options: Options) -> list[Heard]:
        heard: list[Heard] = []
        for language, group in groupby(tasks, key=lambda task: task.guess.language):
            heard += self._same_language(pcm, language, list(group), options)
        return heard

    def _same_language(
        self, pcm: Float32, language: str, tasks: Sequence[_Task], options: Options
    ) -> list[Heard]:
        from ctranslate2 import StorageView
        from faster_whisper.transcribe import get_compression_ratio, get_suppressed_tokens

        ready = [self._encode(t.window.sound(pcm)) if t.encoded is None else t.encoded for t in tasks]
        encoded = StorageView.from_array(np.concatenate(ready))
        tokenizer = self._tokenizer(language)
        prompt = self._model.get_prompt(tokenizer, previous_tokens=[], without_timestamps=True)
        results = self._model.model.generate(
            encoded,
            [list(prompt) for _ in tasks],
            beam_size=options.beam,
            patience=1,
            length_penalty=1,
            max_length=len(prompt) + most_tokens(language),
            suppress_blank=True,
            suppress_tokens=get_suppressed_tokens(tokenizer, [-1]),
            return_scores=True,
            return_no_speech_prob=True,
        )
        drafts = []
        for task, result in zip(tasks, results, strict=True):
            text = tokenizer.decode(result.sequences_ids[0])
            whole = {
                "tokens": result.sequences_ids[0],
                "seek": 0,
                "start": 0.0,
                "end": task.window.length / SAMPLE_RATE,
            }
            drafts.append([{**whole, "text": text}])
        frames = [-(-t.window.length // SAMPLE_RATE) * self._model.frames_per_second for t in tasks]
        self._model.add_word_timestamps(drafts, tokenizer, encoded, frames, _BEFORE, _AFTER, 0.0)
        heard: list[Heard] = []
        for task, result, (draft,) in zip(tasks, results, drafts, strict=True):
            tokens = len(result.sequences_ids[0])
            heard += drafted(
                task.window,
                task.guess,
                Written(
                    text=draft["text"],
                    words=[(w["word"], w["start"], w["end"], w["probability"]) for w in draft["words"]],
                    avg_logprob=result.scores[0] * tokens / (tokens + 1),
                    no_speech_prob=result.no_speech_prob,
                    compression_ratio=get_compression_ratio(draft["text"]) if draft["text"] else 1.0,
                ),
            )
        return heard

    # -- one by one --

    def _one_by_one(self, pcm: Float32, tasks: Sequence[_Task], options: Options) -> list[Heard]:
        heard: list[Heard] = []
        for task in tasks:
            segments, _ = self._model.transcribe(
                task.window.sound(pcm),
                language=task.guess.language,
                beam_size=options.beam,
                temperature=list(_TEMPERATURES),
                condition_on_previous_text=False,
                word_timestamps=True,
                vad_filter=False,
            )
            for s in segments:
                written = Written(
                    text=s.text,
                    words=[(w.word, w.start, w.end, w.probability) for w in s.words or ()],
                    avg_logprob=s.avg_logprob,
                    no_speech_prob=s.no_speech_prob,
                    compression_ratio=s.compression_ratio,
                )
                heard += drafted(task.window, task.guess, written)
        return heard

    # -- faster-whisper's steps --

    def _encode(self, sound: Float32) -> Float32:
        """One window at a time: a batch is no faster to encode and needs its memory many times over."""
        from faster_whisper.audio import pad_or_trim

        features = pad_or_trim(self._model.feature_extractor(sound)[..., :-1])
        return np.array(self._model.encode(features))

    def _guess(self, encoded: Float32) -> Guess:
        from ctranslate2 import StorageView

        (found,) = self._model.model.detect_language(StorageView.from_array(encoded))
        return Guess(shares={token[2:-2]: float(p) for token, p in found})

    def _tokenizer(self, language: str) -> Any:
        from faster_whisper.tokenizer import Tokenizer

        return Tokenizer(
            self._model.hf_tokenizer, self._model.model.is_multilingual, task="transcribe", language=language
        )


def _shorter_where_needed(tasks: Sequence[_Task]) -> list[_Task]:
    """Windows of a language that is spelled in bytes, cut again so that their text fits the decoder."""
    out: list[_Task] = []
    for task in tasks:
        longest_s = window_s(task.guess.language)
        if task.window.length <= longest_s * SAMPLE_RATE:
            out.append(task)
        else:
            out += [_Task(part, task.guess, None) for part in packed(task.window.pieces, longest_s)]
    return out


def _give_back() -> None:
    """Hand freed memory back to the system: threads that come and go otherwise each keep their share of it."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc has it, others need no reminder
    if trim is not None:
        trim(0)


@contextmanager
def _failures(start_sample: int) -> Iterator[None]:
    """What the library raises on a chunk it cannot do becomes one error of ours, without spoken words in
    it.
    """
    try:
        yield
    except (RuntimeError, ValueError, IndexError, AssertionError) as broken:
        raise TranscriptionFailed(_NAME, start_sample // 16, type(broken).__name__) from broken
