"""What were operators told, and when?

One row a change of state (a source began to fail, a chat refused), never a row a retry. Sending
them to the operators' channel is the pipeline's work.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, select

from archive.insert import insert
from archive.tables import event as table


@dataclass(frozen=True, slots=True)
class Event:
    """`kind` is a short fixed word, `subject` the name of what it happened to, `text` is for people."""

    at: datetime
    kind: str
    subject: str
    text: str


def record(conn: Connection, event: Event) -> None:
    """Keep one event."""
    conn.execute(
        insert(conn, table),
        {"at": event.at, "kind": event.kind, "subject": event.subject, "text": event.text},
    )


def last_at(conn: Connection, kind: str, subject: str) -> datetime | None:
    """When the newest event of this kind and subject was; None where there is none."""
    statement = select(func.max(table.c.at)).where(table.c.kind == kind, table.c.subject == subject)
    return conn.execute(statement).scalar()


def forget(conn: Connection, before: datetime) -> int:
    """Remove the events of before that time; how many."""
    return conn.execute(delete(table).where(table.c.at < before)).rowcount


def latest(conn: Connection, limit: int = 20) -> list[Event]:
    """The newest events, newest first."""
    rows = conn.execute(select(table).order_by(table.c.id.desc()).limit(limit))
    return [Event(row.at, row.kind, row.subject, row.text) for row in rows]
