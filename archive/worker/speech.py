"""The speech engine that the settings name, with its weights checked and loaded."""

from __future__ import annotations

from archive.wiring import Archive
from ingest.errors import EngineMissing
from ingest.jail import Jail
from ingest.models import Hub, Weights, resolve
from ingest.transcribe import Transcriber


def weights_of(archive: Archive) -> Weights:
    """The checked weights. :raises ModelUnknown, ModelIncomplete, ModelChecksumWrong, ModelNotTrusted:"""
    settings = archive.settings
    return resolve(
        settings.model, cache=archive.places.models, hub=Hub.ALLOWED if settings.model_hub else Hub.FORBIDDEN,
        trusted=settings.trust_model,
    )  # fmt: skip


def engine_of(archive: Archive, jail: Jail) -> Transcriber:  # noqa: ARG001  # engines in a jail of their own may come
    """Load the engine. :raises EngineMissing: if its package is not installed; else as `weights_of`."""
    engine, threads = archive.settings.engine, archive.settings.threads
    if engine == "faster-whisper":
        from ingest.faster_whisper import FasterWhisper

        return FasterWhisper(weights_of(archive), threads=threads)
    if engine == "openai-whisper":
        from ingest.openai_whisper import OpenAiWhisper

        return OpenAiWhisper(weights_of(archive), threads=threads)
    raise EngineMissing(engine, "saksi")
