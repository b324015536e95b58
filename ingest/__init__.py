"""Media files in, frozen values out: intake, probe, derive, redact, transcribe, captions."""
