"""Search: an index of consent-labelled moments, fed with ready tokens.

Table of contents: `moments` (border values), `analysis` (text to tokens; with `khmer`, `latin`), `tree` and
`query` (what is asked), `index` (the protocol), `memory` and `sqlite` (two engines), `highlight` (snippets
from redacted text), `names` (spellings), `concepts` (the thesaurus). Source: docs/search.md.
"""
