"""Reads. Everything here takes a looking or a permit and opens no text before a decision allowed it."""
