"""What is recorded with a machine transcript: who wrote it, with which weights and settings, from which
sound.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass

from ingest.levels import Level
from ingest.transcribe import ModelId, Options, Transcriber


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """`original` is the identifier the archive gave, never a digest of its sound. Times are added by the
    caller.
    """

    original: str
    engine: str
    engine_version: str
    model: ModelId
    options: Options
    level: Level

    @property
    def checkpoint_key(self) -> str:
        """Work half done under this key may be continued; under another key it starts anew.

        It holds the original, the engine, the weights, the settings and the levelling. The engine's version
        is left out: an update in the middle of a long recording changes no word that was already written.
        """
        what = [self.original, self.engine, self.model.sha256, self.options.digest(), self.level.chain]
        return hashlib.sha256(json.dumps(what).encode()).hexdigest()

    def as_json(self) -> str:
        """One line of JSON, keys sorted, for the record beside the transcript."""
        return json.dumps(asdict(self), sort_keys=True)


def provenance(original: str, engine: Transcriber, options: Options, level: Level) -> Provenance:
    return Provenance(
        original=original,
        engine=engine.name,
        engine_version=engine.version,
        model=engine.model_id(),
        options=options,
        level=level,
    )
