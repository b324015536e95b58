"""The speech engine that the settings name, with its weights checked and loaded."""

from __future__ import annotations

from pathlib import Path

from archive.wiring import Archive
from ingest.hearing import Cores
from ingest.models import Hub, Weights, resolve
from ingest.transcribe import Transcriber


def weights_of(archive: Archive) -> Weights:
    """The checked weights. :raises ModelUnknown, ModelIncomplete, ModelChecksumWrong, ModelNotTrusted:"""
    settings = archive.settings
    return resolve(
        settings.model, cache=archive.places.models, hub=Hub.ALLOWED if settings.model_hub else Hub.FORBIDDEN,
        trusted=settings.trust_model,
    )  # fmt: skip


def engine_of(archive: Archive) -> Transcriber:
    """Load the engine. :raises EngineMissing: if its package is not installed; else as `weights_of`."""
    if archive.settings.engine == "openai-whisper":
        from ingest.openai_whisper import OpenAIWhisper

        return OpenAIWhisper(weights_of(archive), threads=archive.settings.threads)
    from ingest.faster_whisper import FasterWhisper

    return FasterWhisper(weights_of(archive), cores=Cores.sharing(archive.settings.threads))


def scripted(archive: Archive, start_sample: int) -> Transcriber:
    """The engine for tests, which reads the prepared words that SAKSI_MODEL names. :raises ScriptUnreadable:"""
    from ingest.scripted import Scripted

    return Scripted.from_file(Path(archive.settings.model), start_sample=start_sample)
