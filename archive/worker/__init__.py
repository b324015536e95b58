"""The worker: a process of its own that takes steps up, one lane for words and one for media."""
