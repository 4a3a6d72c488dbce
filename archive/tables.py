"""How does what is known lie in the database?

Every table, its columns and the indexes that the hot queries lean on. Statements are in the file
named after each table group; the value types other rooms see are in `archive/article.py` and
beside those statements. The table `search` is made by `archive/full_text.py`. All times are UTC (`Moment`).
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy.event import listens_for

from archive.moments import Moment

# Every constraint is named, so that SQLite's batch migrations can keep each (Alembic's advice).
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index of the rows for which `where` holds."""
    return Index(name, *columns, unique=unique, info={"where": text(where)})


@listens_for(metadata, "before_create")
def _limit_partial(_metadata: MetaData, conn: Connection, **_: object) -> None:
    # Said beforehand for each database, it would load SQLAlchemy's whole PostgreSQL at every start.
    for table in metadata.tables.values():
        for index in table.indexes:
            if "where" in index.info:
                index.dialect_kwargs[f"{conn.dialect.name}_where"] = index.info["where"]


# SQLite counts rows by itself only in a column that is exactly INTEGER.
RowId = BigInteger().with_variant(Integer(), "sqlite")

outlet = Table(
    "outlet",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("title", Text, nullable=False),
    Column("country", String(3)),
    Column("languages", JSON, nullable=False),
    Column("kind", String(20)),
    Column("tier", Integer),
)

source_state = Table(
    "source_state",
    metadata,
    Column("source", String(64), primary_key=True),
    Column("active", Boolean, nullable=False, default=True),
    # A hash of type and address as configured: another place is another feed under the same name.
    Column("place", String(32)),
    # When it is polled next; a poll under way holds the lease, and writes back only with its fence.
    Column("due_at", Moment, nullable=False),
    Column("lease_until", Moment),
    Column("lease_fence", Integer, nullable=False, default=0),
    # What makes the next request conditional.
    Column("etag", Text),
    Column("last_modified", Text),
    Column("body_hash", String(32)),
    # The address that gave these validators: another one must not be asked with them.
    Column("validated_url", Text),
    # Health.
    Column("first_success_at", Moment),
    Column("last_polled_at", Moment),
    Column("last_success_at", Moment),
    Column("last_new_at", Moment),
    Column("failures", Integer, nullable=False, default=0),
    Column("error", Text),
    Column("error_since", Moment),
    # Of which kind the failure is (crawler/gathering.py).
    Column("trouble", String(12)),
    Column("polls", Integer, nullable=False, default=0),
    # Requests that all its polls made, and bytes of bodies as they travelled.
    Column("requests", BigInteger, nullable=False, default=0),
    Column("bytes", BigInteger, nullable=False, default=0),
    # Article pages of this source that hung in a row; written by the read step, not by polls.
    Column("pages_hung", Integer, nullable=False, default=0),
    Column("page_hung_at", Moment),
    # Rhythm, where it is learnt: seconds, seconds for which the feed asks to be left alone, and hours of
    # the week (UTC) in which it is not asked.
    Column("interval_s", Float),
    Column("wish_s", Float),
    Column("skip_hours", JSON(none_as_null=True)),
    # A permanent redirect, and how many polls in a row agreed on it.
    Column("moved_from", Text),
    Column("moved_to", Text),
    Column("moved_answers", Integer),
    # The tick's claim: `where active and due_at <= ? order by due_at`.
    Index("ix_source_state_due_at", "due_at"),
)

# What a feed announced at its last poll, item for item, in bytes (archive/announced.py). Not in
# `source_state`, whose rows are written at each poll.
announced = Table(
    "announced",
    metadata,
    Column("source", String(64), primary_key=True),
    Column("items", LargeBinary, nullable=False),
)

article = Table(
    "article",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("source", String(64), nullable=False),
    Column("outlet", String(64), ForeignKey("outlet.name"), nullable=False),
    Column("url", Text, nullable=False),
    Column("canonical", Text, nullable=False),
    Column("guid", Text, nullable=False, default=""),
    Column("title", Text, nullable=False),
    Column("summary", Text, nullable=False, default=""),
    Column("body", Text),
    Column("published", Moment),
    Column("trust", String(8), nullable=False),
    Column("language", String(35)),
    Column("found_at", Moment, nullable=False),
    # How it was met: live, catch-up (first contact, young) or old (first contact, old or undated).
    Column("contact", String(10), nullable=False),
    # The page: none, wanted, read, failed; and what became of it in plain words.
    Column("page", String(8), nullable=False, default="none"),
    Column("page_note", Text),
    # Its page showed no text without payment or a login.
    Column("paywalled", Boolean, nullable=False, default=False),
    # Not told before this moment, unless the page has been read earlier.
    Column("tell_after", Moment, nullable=False),
    # When it was told, or was found to hold nothing to tell.
    Column("told_at", Moment),
    Column("story", RowId, ForeignKey("story.id")),
    # The tell step's queue: `where told_at is null and tell_after <= ? order by tell_after, id`.
    _partial("ix_article_untold", "tell_after", "id", where="told_at is null"),
    # The read step's queue: `where page = 'wanted' and source = ?`.
    _partial("ix_article_wanted", "source", where="page = 'wanted'"),
    Index("ix_article_story", "story"),
)  # fmt: skip

# What an article is known by: hashes of its canonical URL, its GUID, its outlet + title + day.
identity = Table(
    "identity",
    metadata,
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    Column("article", RowId, ForeignKey("article.id"), nullable=False),
    Index("ix_identity_article", "article"),
)

# Of what the full-text index is to learn: articles that are not in it, say something else by now, or
# are gone. The texts are what an indexed one said, which the index must be told to forget it
# (archive/indexing.py).
unindexed = Table(
    "unindexed",
    metadata,
    Column("article", RowId, primary_key=True, autoincrement=False),
    Column("generation", Integer, nullable=False),
    Column("title", Text),
    Column("summary", Text),
    Column("body", Text),
)

match = Table(
    "match",
    metadata,
    Column("article", RowId, ForeignKey("article.id"), primary_key=True),
    Column("watch", String(64), primary_key=True),
    Column("urgency", String(8), nullable=False),
    Column("hits", JSON, nullable=False),
    Column("matched_at", Moment, nullable=False),
)

story = Table(
    "story",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("opened_at", Moment, nullable=False),
    Column("grown_at", Moment, nullable=False),
    # The live ones, at start: `where grown_at > ?`.
    Index("ix_story_grown_at", "grown_at"),
)

# How an article came to its story; read at start, in the order of its rows, to know what is live.
placement = Table(
    "placement",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("article", RowId, ForeignKey("article.id"), nullable=False),
    # new, reply, withhold; and why (alerts/stories/judging.py; `mended`: a person said so).
    Column("action", String(8), nullable=False),
    Column("why", String(12), nullable=False),
    # What spoke for it and against it, in numbers; and which article it was held against.
    Column("evidence", JSON(none_as_null=True)),
    # What was compared (alerts/stories/features.py).
    Column("features", LargeBinary, nullable=False),
    Column("placed_at", Moment, nullable=False),
    Index("uq_placement_article", "article", unique=True),
    # How many were withheld of late.
    _partial("ix_placement_withheld", "placed_at", where="action = 'withhold'"),
)  # fmt: skip

delivery = Table(
    "delivery",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("channel", String(64), nullable=False),
    # alert, digest, notice: a message of its own; edit: a change of the message of `edits`.
    Column("kind", String(8), nullable=False),
    Column("article", RowId, ForeignKey("article.id")),
    Column("story", RowId, ForeignKey("story.id")),
    Column("edits", RowId, ForeignKey("delivery.id")),
    Column("reply_to", RowId, ForeignKey("delivery.id")),
    # What the message says, unescaped; the channel renders it (alerts/messages).
    Column("content", JSON, nullable=False),
    Column("silent", Boolean, nullable=False),
    # Nobody can guess it: it makes the buttons of this message known as ours, of this archive.
    Column("key", String(16), nullable=False),
    Column("state", String(10), nullable=False),
    # When the outbox looks at the row again. NULL: at once; in `uncertain`: held for a person.
    Column("not_before", Moment),
    Column("attempts", Integer, nullable=False, default=0),
    Column("chat", String(64), nullable=False),
    Column("message_id", BigInteger),
    Column("reason", Text),
    # Why a dead row is dead, in one fixed word (alerts/channels/interface.py).
    Column("code", String(12)),
    # Telegram refused the markup: it goes as plain text.
    Column("plain", Boolean, nullable=False, default=False),
    # What pressed buttons have added to the message (alerts/messages/additions.py).
    Column("additions", JSON(none_as_null=True)),
    # When somebody pressed a button and waits for this edit: it goes before what is queued.
    Column("asked_at", Moment),
    # The highest message id of the id space before the first attempt: a lost message lies above.
    Column("mark", BigInteger),
    # Message ids that were asked about without an answer: they prove nothing any more.
    Column("doubtful", JSON),
    # A resent message is looked for once more then, and a twin deleted.
    Column("recheck_at", Moment),
    # What unknown outcomes came to: how often unknown, found, resent, twins deleted, misfires.
    Column("unknown", Integer, nullable=False, default=0),
    Column("found", Integer, nullable=False, default=0),
    Column("resent", Integer, nullable=False, default=0),
    Column("twins", Integer, nullable=False, default=0),
    Column("misfires", Integer, nullable=False, default=0),
    Column("created_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("sent_at", Moment),
    # The same article never alerts a channel twice.
    _partial("uq_delivery_alert", "channel", "article", unique=True, where="kind = 'alert'"),
    # The outbox's queue of a chat, in order.
    _partial("ix_delivery_open", "chat", "id",
             where="state in ('pending', 'sending', 'waiting', 'uncertain')"),
    # What somebody waits for.
    _partial("ix_delivery_asked", "chat", "id", where="asked_at is not null"),
    # What is looked for once more.
    _partial("ix_delivery_recheck", "chat", "recheck_at", where="recheck_at is not null"),
    # Whose message is that? Asked for the range in which a lost one may lie.
    Index("ix_delivery_message", "chat", "message_id"),
    _partial("ix_delivery_edits", "edits", where="edits is not null"),
    Index("ix_delivery_story", "story", "channel"),
    # What hangs on a row that is to be forgotten (archive/retention.py, and the database's own check).
    Index("ix_delivery_article", "article"),
    _partial("ix_delivery_reply_to", "reply_to", where="reply_to is not null"),
    # How many alerts a channel had in the last hour.
    _partial("ix_delivery_made", "channel", "created_at", where="kind = 'alert'"),
)  # fmt: skip

# What a digest holds, or will hold once `delivery` is set.
digest_item = Table(
    "digest_item",
    metadata,
    Column("channel", String(64), primary_key=True),
    Column("article", RowId, ForeignKey("article.id"), primary_key=True),
    # catch-up, low, held (quiet hours), overflow (max_per_hour), late (archive/overdue.py).
    Column("reason", String(10), nullable=False),
    Column("added_at", Moment, nullable=False),
    # The digest that goes at this time takes it.
    Column("due_at", Moment, nullable=False),
    Column("delivery", RowId, ForeignKey("delivery.id")),
    _partial("ix_digest_item_waiting", "channel", where="delivery is null"),
    # What hangs on an article, or on a digest, that is to be forgotten.
    Index("ix_digest_item_article", "article"),
    Index("ix_digest_item_delivery", "delivery"),
)  # fmt: skip

# What is known of a chat: its pace (nothing is sent there before `not_before`, whatever process
# asks) and the highest message id seen.
chat = Table(
    "chat",
    metadata,
    Column("chat", String(64), primary_key=True),
    Column("not_before", Moment),
    Column("reason", Text),
    # When the last messages went there, milliseconds since 1970, oldest first.
    Column("recent", JSON),
    # A group that became a supergroup goes by this id now.
    Column("moved_to", String(64)),
    # Chats of one id space share one sequence of message ids (archive/chats.py).
    Column("space", String(64), nullable=False),
    Column("highest_id", BigInteger),
    Column("highest_at", Moment),
    # Why lost messages are no longer looked for here, in words.
    Column("look_stopped", Text),
    Index("ix_chat_space", "space"),
)

# What a chat does not want to hear for a while. Ends by itself; a row that has ended is the record of it.
mute = Table(
    "mute",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    # watch, source (an outlet's or source's name) or story (its number).
    Column("kind", String(8), nullable=False),
    Column("key", String(64), nullable=False),
    Column("chat", String(64), nullable=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    # Who: a name for people, and the number of a Telegram user.
    Column("by", Text, nullable=False),
    Column("user", BigInteger),
    Column("why", Text),
    # How many articles it has kept back.
    Column("held", Integer, nullable=False, default=0),
    # What is in force: `where until > ?`.
    Index("ix_mute_until", "until"),
)

# What is wrong with a destination now ("channel desk", "bot"): told once, cleared by a success.
trouble = Table(
    "trouble",
    metadata,
    Column("subject", String(128), primary_key=True),
    Column("text", Text, nullable=False),
    Column("since", Moment, nullable=False),
)

# "Run job(key) at least once more, not before `after`." See archive/wake.py.
wake = Table(
    "wake",
    metadata,
    Column("job", String(32), primary_key=True),
    Column("key", String(128), primary_key=True),
    Column("after", Moment, nullable=False),
    Column("generation", Integer, nullable=False),
)

# What operators are told: a change of state, once.
event = Table(
    "event",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("subject", String(128), nullable=False),
    Column("text", Text, nullable=False),
    Index("ix_event_at", "at"),
)

# Small facts about the archive itself: who runs on it, the bot's last update.
fact = Table(
    "fact",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", JSON, nullable=False),
)
