"""The kinds of steps, in the order a recording goes through them, and which lane of the worker does them."""

from __future__ import annotations

PROBE = "probe"
LISTENING_COPY = "listening_copy"
PEAKS = "peaks"
TRANSCRIBE = "transcribe"
POSTER = "poster"
VIDEO_240P = "video_240p"
MASK = "mask"
INDEX = "index"
OPENING = "opening"

WORDS = frozenset({TRANSCRIBE})
"""Done by the words lane, beside everything else: speech takes longest and needs the least memory bandwidth shared."""

MEDIA = frozenset({PROBE, LISTENING_COPY, PEAKS, POSTER, VIDEO_240P, MASK, INDEX, OPENING})
"""Done by the media lane, sound before picture."""

PRIORITY = {
    OPENING: 5,
    PROBE: 10,
    INDEX: 20,
    LISTENING_COPY: 30,
    PEAKS: 31,
    TRANSCRIBE: 32,
    POSTER: 40,
    MASK: 45,
    VIDEO_240P: 60,
}

MAX_ATTEMPTS = 5
"""After so many tries a step is failed, visibly, until a person starts it again."""
