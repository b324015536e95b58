"""Signing in to the desk."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInPage:
    """Posts `login`, `password` and `next`.

    `failed` shows one sentence, whatever was wrong; `wait_s` asks for patience. `unsaved` after a form that was sent
    when the session was over.
    """

    action: str
    login: str = ""
    next: str = ""
    failed: bool = False
    unsaved: bool = False
    wait_s: int | None = None
