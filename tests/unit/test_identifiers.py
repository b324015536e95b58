"""Identifiers are random, checked, and never mistaken for each other."""

from __future__ import annotations

import pytest

from archive.identifiers import (
    ALPHABET,
    digit_code,
    digit_secret,
    is_id,
    luhn_digit,
    new_code,
    new_id,
    spoken_digits,
)


def test_ids_are_all_different_and_check_themselves() -> None:
    ids = {new_id() for _ in range(10_000)}
    assert len(ids) == 10_000
    assert all(is_id(each) for each in ids)


def test_every_single_wrong_character_is_noticed() -> None:
    right = new_id()
    wrong = [
        right[:place] + other + right[place + 1 :]
        for place in range(len(right))
        for other in ALPHABET
        if other != right[place]
    ]
    noticed = sum(not is_id(each) for each in wrong)
    # 31 is the modulus and the alphabet has 32 characters: only the pair 0 and z can stand for each other
    assert len(wrong) - noticed <= right.count("0") + right.count("z")


@pytest.mark.parametrize("text", ["", "x", "0" * 26, "0" * 28, "../etc/passwd", "O" * 27, "0" * 26 + "\n"])
def test_what_is_no_id(text: str) -> None:
    assert not is_id(text)


def test_codes_and_secrets_are_digits_with_a_check() -> None:
    code = digit_code()
    assert len(code) == 9
    assert luhn_digit(code[:-1]) == code[-1]
    assert luhn_digit("7992739871") == "3"  # the example of ISO/IEC 7812-1
    assert len(digit_secret()) == 16
    assert len(new_code()) == 9


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("4021 7736 5", "402177365"),
        ("៤០២១ ៧៧៣៦ ៥", "402177365"),
        ("4021-7736-5\u200b", "402177365"),
        ("40a1", "40a1"),
        ("", ""),
    ],
)
def test_digits_are_read_as_people_write_them(typed: str, digits: str) -> None:
    assert spoken_digits(typed) == digits
