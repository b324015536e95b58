"""Opaque identifiers: random, never in sequence, never reused, with a check character.

An address must not be guessable (docs/security.md): 26 characters of Crockford's base 32 carry 130 random bits,
and a 27th checks them, so that a mistyped address is known to be one before anything is looked up.
"""

from __future__ import annotations

import secrets

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_PRIME = 31  # the largest prime below 32: every single wrong character changes the sum
LENGTH = 27


def check_character(body: str) -> str:
    """The character that completes `body`; weights make swapped neighbours visible too."""
    total = sum((position % (_PRIME - 1) + 1) * _VALUES[c] for position, c in enumerate(body))
    return ALPHABET[total % _PRIME]


def new_id() -> str:
    """A new identifier of 27 characters."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
    return body + check_character(body)


def is_id(text: str) -> bool:
    """Whether `text` has the form and check character of an identifier."""
    return len(text) == LENGTH and all(c in _VALUES for c in text) and check_character(text[:-1]) == text[-1]


def new_code() -> str:
    """A short code for people to say to each other, such as `7Q4M-2XP9`; it opens nothing."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(7))
    code = (body + check_character(body)).upper()
    return f"{code[:4]}-{code[4:]}"


def digit_code() -> str:
    """Eight random digits and a check digit (Luhn), for cards and cases: `4021 7736 5` without the spaces."""
    body = "".join(secrets.choice("0123456789") for _ in range(8))
    return body + luhn_digit(body)


def luhn_digit(body: str) -> str:
    """The check digit of ISO/IEC 7812-1, annex B."""
    total = 0
    for position, character in enumerate(reversed(body)):
        digit = int(character)
        if position % 2 == 0:
            digit = digit * 2 - 9 if digit > 4 else digit * 2
        total += digit
    return str(-total % 10)


def digit_secret() -> str:
    """Sixteen random digits (docs/security.md says what guards so short a secret)."""
    return "".join(secrets.choice("0123456789") for _ in range(16))


def spoken_digits(text: str) -> str:
    """What someone typed as digits: Khmer or Latin digits, any spaces and dashes left out.

    Characters that are no digits stay, so that a wrong entry never turns into a right one.
    """
    kept = [c for c in text if not c.isspace() and c not in "-–.\u200b\u200c"]
    return "".join(str(int(c)) if c.isdecimal() else c for c in kept)
