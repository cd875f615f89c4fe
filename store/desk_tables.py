"""Tables of the desk: people and their sessions, the log of every act, what was added or said about a report, and the derived
lists from which queue and search are served.

``desk_records``, ``desk_items`` and ``desk_tallies`` follow from outcomes, routes and decisions; they are there so that the
queue costs the same with twenty items and with twenty thousand.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, String, Table, Text

from store.tables import metadata

users = Table(
    "users",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("parcels", Boolean, nullable=False),  # may settle questions of parcel whatever the role
    Column("inspector", Text, nullable=False),  # the name on their reports, for "mine"; '' = none
    Column("password", Text, nullable=False),  # argon2; '' = can't log in with one
    Column("must_change", Boolean, nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("made_at", String(40), nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token", String(64), primary_key=True),  # SHA-256 of the cookie
    Column("user", String(64), ForeignKey("users.name"), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("seen_at", Float, nullable=False),  # seconds since 1970
    Column("ends_at", Float, nullable=False),
    Index("sessions_by_user", "user"),
)

failed_logins = Table(
    "failed_logins",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("key", String(128), nullable=False),  # "name ..." or "address ..."
    Column("at", Float, nullable=False),
    Index("failed_logins_by_key", "key", "at"),
)

desk_log = Table(
    "desk_log",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("at", String(40), nullable=False),
    Column("by", Text, nullable=False),
    Column("act", String(32), nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("address", Text, nullable=False),
    Index("desk_log_by_subject", "subject"),
    sqlite_autoincrement=True,
)

added_records = Table(
    "added_records",
    metadata,
    Column("record_id", String(16), ForeignKey("records.record_id"), primary_key=True),
    Column("sha256", String(64), ForeignKey("documents.sha256"), nullable=False),
    Column("report", Integer, nullable=False),
    Column("parent_id", String(16), nullable=False),
    Column("json", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", String(40), nullable=False),
    Index("added_records_by_document", "sha256"),
)

document_acts = Table(
    "document_acts",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("act_id", String(32), nullable=False, unique=True),
    Column("sha256", String(64), ForeignKey("documents.sha256"), nullable=False),
    Column("report", Integer, nullable=False),  # ordinal; -1 = the file
    Column("act", String(16), nullable=False),  # confirm, unreadable, undo
    Column("seen", Text, nullable=False),  # the reasons on screen
    Column("by", Text, nullable=False),
    Column("at", String(40), nullable=False),
    Column("note", Text, nullable=False),
    Column("undoes", String(32), nullable=False),
    Index("document_acts_by_document", "sha256", "seq"),
    sqlite_autoincrement=True,
)

desk_notes = Table(
    "desk_notes",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("note_id", String(32), nullable=False, unique=True),
    Column("item_id", String(16), nullable=False),
    Column("record_id", String(16), nullable=False),
    Column("by", Text, nullable=False),
    Column("to", Text, nullable=False),  # a user, or '' = whoever opens it next
    Column("text", Text, nullable=False),
    Column("at", String(40), nullable=False),
    Index("desk_notes_by_item", "item_id"),
    Index("desk_notes_by_record", "record_id"),
    sqlite_autoincrement=True,
)

suggestion_acts = Table(
    "suggestion_acts",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("suggestion_id", String(32), nullable=False),
    Column("kind", String(16), nullable=False),  # street, phrase, tax_code
    Column("said", Text, nullable=False),  # JSON: what was suggested
    Column("act", String(8), nullable=False),  # approve, reject, undo
    Column("by", Text, nullable=False),
    Column("at", String(40), nullable=False),
    Index("suggestion_acts_by_id", "suggestion_id", "seq"),
    sqlite_autoincrement=True,
)

leases = Table(
    "leases",
    metadata,
    Column("record", String(80), primary_key=True),  # record_id, or sha256:report for a question about a report
    Column("report_key", String(80), nullable=False),
    Column("user", String(64), nullable=False),
    Column("ends_at", Float, nullable=False),
    Index("leases_by_report", "report_key"),
)

skips = Table(
    "skips",
    metadata,
    Column("user", String(64), primary_key=True),
    Column("item_id", String(16), primary_key=True),
    Column("ends_at", Float, nullable=False),
)

desk_records = Table(
    "desk_records",
    metadata,
    Column("record_id", String(16), primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("path", Text, nullable=False),
    Column("report", Integer, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("parent_id", String(16), nullable=False),
    Column("state", String(12), nullable=False),  # accepted, in_review, rejected, same_as, ignored, vanished
    Column("decided_by", String(8), nullable=False),
    Column("confidence", Float),
    Column("page", Integer),
    Column("parcel", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("case_number", Text, nullable=False),
    Column("day", String(10), nullable=False),
    Column("inspector", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("layout", Text, nullable=False),
    Column("label", Text, nullable=False),  # one line that tells it from its siblings
    Column("same_phrase", Text, nullable=False),  # description in the form used for grouping
    Column("haystack", Text, nullable=False),  # lower case, for search
    Index("desk_records_by_document", "sha256", "report", "ordinal"),
    Index("desk_records_by_parcel", "parcel"),
    Index("desk_records_by_address", "address"),
    Index("desk_records_by_day", "day"),
    Index("desk_records_by_code", "code"),
    Index("desk_records_by_phrase", "same_phrase"),
)

desk_items = Table(
    "desk_items",
    metadata,
    Column("item_id", String(16), primary_key=True),
    Column("record_id", String(16), nullable=False),  # '' = about a report or file
    Column("sha256", String(64), nullable=False),
    Column("report", Integer, nullable=False),
    Column("field", String(64), nullable=False),
    Column("question", String(12), nullable=False),  # reading, judgement, parcel
    Column("kind", String(16), nullable=False),
    Column("reason", String(24), nullable=False),  # code of the first reason
    Column("reasons", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("month", String(7), nullable=False),
    Column("street", Text, nullable=False),
    Column("inspector", Text, nullable=False),
    Column("layout", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("pencil", Boolean, nullable=False),
    Column("rank", Float, nullable=False),  # of its report: expected harm x doubt per second of work, negative: the least first
    Column("place", String(96), nullable=False),  # order within that: report, record, field
    Column("seconds", Float, nullable=False),
    Index("desk_items_in_order", "rank", "place"),
    Index("desk_items_by_question", "question", "rank", "place"),
    Index("desk_items_by_record", "record_id"),
    Index("desk_items_by_document", "sha256", "report", "place"),
    Index("desk_items_by_reason", "reason", "field"),
)

desk_tallies = Table(
    "desk_tallies",
    metadata,
    Column("facet", String(16), primary_key=True),
    Column("value", Text, primary_key=True),
    Column("question", String(12), primary_key=True),
    Column("items", Integer, nullable=False),
    Column("seconds", Float, nullable=False),
)

desk_state = Table(
    "desk_state",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", Text, nullable=False),
)
