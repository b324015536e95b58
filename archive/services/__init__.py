"""Writes, by noun. Every service takes the actor first and changes everything in one unit of work."""
