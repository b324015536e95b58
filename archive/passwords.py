"""Passwords of several made-up words that can be read out and typed."""

from __future__ import annotations

import secrets

_CONSONANTS = "bdfghjklmnprstvz"
_VOWELS = "aeiou"
WORDS = 4
SYLLABLES = 3


def new_password() -> str:
    """Four words of three syllables each, such as `tamoru-kelani-…`: 80 syllables to choose from, 75 random bits."""
    words = (
        "".join(secrets.choice(_CONSONANTS) + secrets.choice(_VOWELS) for _ in range(SYLLABLES))
        for _ in range(WORDS)
    )
    return "-".join(words)
