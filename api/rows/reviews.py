"""Rows of reviews, of their documents, and of the events of those who follow them."""

from api.rows.base import Column, Shape, address, document, present, record, reference, text

PLACE = "LEFT JOIN reviews_session s ON s.id = {v}.session_id LEFT JOIN states_state t ON t.id = {v}.state_id"
KEY = Column("s.number || '-' || t.iso3", joins=("place",))
STATE = Column(reference({"iso3": "t.iso3", "name": "t.name"}, "t"), joins=("place",))
SESSION = Column("s.number", joins=("place",))

REVIEWS = Shape(
    "reviews_review",
    {
        "key": KEY,
        "url": Column(address("review", **{"987": "s.number", "QQX": "t.iso3"}), joins=("place",)),
        "state": STATE,
        "session": SESSION,
        "cycle": Column("s.cycle", joins=("place",)),
        "order": Column("r.position"),
        "day": Column("r.day"),
        "day_is": Column("r.day_basis"),
        "adopted_on": Column("r.adopted_on"),
        "report": Column(
            present("r.report_symbol <> ''", record(symbol="r.report_symbol", certainty="r.report_symbol_basis"))
        ),
    },
    {"place": PLACE.format(v="r")},
)
DOCUMENTS = Shape(
    "reviews_document",
    {
        **{name: Column(sql) for name, sql in document("r").items()},
        "language": Column("r.language"),
        "url": Column(text("r.url")),
        "published_on": Column("r.published_on"),
        "awaited": Column("r.awaited"),
        "note": Column(text("r.note")),
        "sample": Column("r.is_sample"),
        "review": KEY,
        "state": STATE,
        "session": SESSION,
    },
    {"place": f"LEFT JOIN reviews_review v ON v.id = r.review_id {PLACE.format(v='v')}"},
)
EVENTS = Shape(
    "engagement_engagementevent",
    {
        "id": Column("r.id"),
        "url": Column(address("event", **{"987": "r.id"})),
        "title": Column("r.title"),
        "description": Column(text("r.description")),
        "day": Column("r.day"),
        "area": Column(reference({"key": "e.key", "title": "e.title"}, "e"), joins=("area",)),
        "review": KEY,
        "session": SESSION,
        "state": STATE,
        "document": Column(reference(document("d"), "d"), joins=("document",)),
        "sample": Column("r.is_sample"),
    },
    {
        "place": f"LEFT JOIN reviews_review v ON v.id = r.review_id {PLACE.format(v='v')}",
        "area": "LEFT JOIN engagement_area e ON e.id = r.area_id",
        "document": "LEFT JOIN reviews_document d ON d.id = r.document_id",
    },
)
