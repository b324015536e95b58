"""What the API takes and gives, field by field. A field that is not named here is never sent."""

from __future__ import annotations

from marshmallow import RAISE, Schema, fields, validate


class Strict(Schema):
    """Refuses fields it does not know."""

    class Meta:
        unknown = RAISE


class SearchArguments(Strict):
    """The query of a search."""

    q = fields.String(
        required=True,
        validate=validate.Length(min=1, max=500),
        metadata={"description": 'Words, a "phrase", a prefix*'},
    )
    language = fields.String(validate=validate.Length(max=20))
    year = fields.String(validate=validate.Length(max=4))
    place = fields.String(validate=validate.Length(max=40))
    topic = fields.String(validate=validate.Length(max=80))
    page = fields.Integer(load_default=1, validate=validate.Range(min=1, max=500))


class PieceSchema(Strict):
    text = fields.String(required=True)
    marked = fields.Boolean(required=True)


class MomentSchema(Strict):
    original = fields.String(required=True)
    segment = fields.String(required=True)
    start_ms = fields.Integer(required=True, allow_none=True)
    language = fields.String(required=True)
    translated = fields.Boolean(required=True)
    pieces = fields.List(fields.Nested(PieceSchema), required=True)


class HitSchema(Strict):
    testimony = fields.String(required=True)
    moments = fields.List(fields.Nested(MomentSchema), required=True)
    more = fields.Integer(
        required=True, metadata={"description": "Moments of this testimony beyond those listed"}
    )


class FacetSchema(Strict):
    value = fields.String(required=True)
    count = fields.Integer(required=True)


class SearchAnswer(Strict):
    """One page of testimonies with their first moments; counts are exact and cover what this caller may find."""

    moments = fields.Integer(required=True)
    testimonies = fields.Integer(required=True)
    backed_off = fields.Boolean(required=True)
    hits = fields.List(fields.Nested(HitSchema), required=True)
    facets = fields.Dict(keys=fields.String(), values=fields.List(fields.Nested(FacetSchema)), required=True)


class InLanguageSchema(Strict):
    text = fields.String(required=True)
    language = fields.String(required=True)


class OriginalSchema(Strict):
    id = fields.String(required=True)
    kind = fields.String(required=True)
    length_ms = fields.Integer(required=True, allow_none=True)
    language = fields.String(required=True)
    sound = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Address of the sound, if it is open to this caller"},
    )
    film = fields.String(required=True, allow_none=True)
    transcripts = fields.List(fields.Dict(keys=fields.String(), values=fields.String()), required=True)


class TestimonySchema(Strict):
    """The catalogue entry as this caller may see it."""

    __test__ = False
    id = fields.String(required=True)
    code = fields.String(required=True)
    label = fields.String(required=True)
    titles = fields.List(fields.Nested(InLanguageSchema), required=True)
    summaries = fields.List(fields.Nested(InLanguageSchema), required=True)
    languages = fields.List(fields.String(), required=True)
    date = fields.String(required=True, metadata={"description": "EDTF"})
    place = fields.String(required=True, allow_none=True)
    invented = fields.Boolean(required=True)
    originals = fields.List(fields.Nested(OriginalSchema), required=True)


class SegmentSchema(Strict):
    """A segment or the part of it that is open; `withheld` marks a part that is not shown."""

    withheld = fields.Boolean(required=True)
    start_ms = fields.Integer(required=True, allow_none=True)
    end_ms = fields.Integer(required=True, allow_none=True)
    text = fields.String(required=True)
    language = fields.String(required=True)
    speaker = fields.String(required=True)


class TranscriptAnswer(Strict):
    revision = fields.String(required=True)
    language = fields.String(required=True)
    kind = fields.String(required=True)
    segments = fields.List(fields.Nested(SegmentSchema), required=True)
