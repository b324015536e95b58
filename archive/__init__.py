"""The application: the only package that knows consent, search and ingest."""
