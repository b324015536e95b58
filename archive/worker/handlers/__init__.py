"""One handler for each kind of step; `all_handlers` ties them to their tools."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from archive.steps import kinds
from archive.worker.handlers import (
    index,
    listening_copy,
    mask,
    opening,
    peaks,
    poster,
    probe,
    transcribe,
    video_240p,
)
from archive.worker.runner import Handler
from archive.worker.tools import Tools


def all_handlers(tools: Tools) -> Mapping[str, Handler]:
    """Kind of step to what is done for it."""
    return {
        kinds.PROBE: partial(probe.run, tools),
        kinds.LISTENING_COPY: partial(listening_copy.run, tools),
        kinds.PEAKS: partial(peaks.run, tools),
        kinds.TRANSCRIBE: partial(transcribe.run, tools),
        kinds.POSTER: partial(poster.run, tools),
        kinds.VIDEO_240P: partial(video_240p.run, tools),
        kinds.MASK: partial(mask.run, tools),
        kinds.INDEX: partial(index.run, tools),
        kinds.OPENING: partial(opening.run, tools),
    }
