"""What can go wrong in search, each with its story and a sentence for people."""

from __future__ import annotations


class SearchError(Exception):
    """Anything search refuses or cannot do. `message` is for people and names no word that was searched."""

    message = "Search is not available just now. Nothing is lost; please try again in a moment."

    def __init__(self) -> None:
        super().__init__(self.message)


class QueryTooComplex(SearchError):
    """A query has more words or deeper brackets than we ask an index for; seen with pasted pages."""

    def __init__(self, *, words: int, most_words: int) -> None:
        self.words = words
        self.most_words = most_words
        self.message = (
            f"This search is too long or has too many brackets. Nothing was searched. "
            f"Please use at most {most_words} words, or choose a few of them."
        )
        super().__init__()


class VisibilityExpired(SearchError):
    """What a viewer may find was worked out too long ago to be trusted; seen with a very slow request."""

    message = "The search took too long. Nothing is lost; please search again."

    def __init__(self, *, at_ms: int, expires_ms: int) -> None:
        self.at_ms = at_ms
        self.expires_ms = expires_ms
        super().__init__()


class PageOutOfReach(SearchError):
    """Someone paged beyond the testimonies that an index will list; seen with crawlers."""

    def __init__(self, *, most: int) -> None:
        self.most = most
        self.message = (
            f"Search lists at most {most:,} testimonies. Nothing is lost; "
            f"please narrow your search with another word."
        )
        super().__init__()


class IndexMissing(SearchError):
    """The index was never built, or its files were deleted; it can always be rebuilt from the archive."""

    message = "The search index is not there. The testimonies are safe; an operator can rebuild it."


class IndexUnreadable(SearchError):
    """The index files do not open under their key, or SQLite reports damage; derived data, so: rebuild."""

    message = "The search index cannot be read. The testimonies are safe; an operator can rebuild it."


class IndexBusy(SearchError):
    """Another writer held the index for longer than we wait."""

    message = "The search index is busy. Nothing is lost; please try again in a moment."


class TokenInvalid(SearchError):
    """A token broke the promise of docs/search.md, "Tokens": a bug or hand-made data, never a user."""

    message = "A word could not be indexed. The testimony is safe; please report this."

    def __init__(self, *, length: int) -> None:
        self.length = length
        super().__init__()


class PackedTokensDamaged(SearchError):
    """Stored tokens do not unpack; seen with a value of another version. Analyse the text again."""

    message = "Stored search words cannot be read. The testimony is safe; an operator can analyse it again."


class ThesaurusInvalid(SearchError):
    """A concept file has a doubled id, no label, an unknown broader concept or another shape than ours."""

    def __init__(self, *, concept: str) -> None:
        self.concept = concept
        self.message = (
            f"The list of concepts cannot be read{' at ' + concept if concept else ''}. "
            f"Nothing was changed; please correct the file and load it again."
        )
        super().__init__()
