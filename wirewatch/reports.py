"""What do operators hear, and where?

An event is kept in the archive, written to the log, and sent to the `ops` channel if there is
one. Readers' channels never get one. What is merely told goes to that channel alone.
"""

import logging
from datetime import datetime, tzinfo

from sqlalchemy import Connection

from alerts.channel import Channel
from alerts.channels.senders import chat_key
from archive import deliveries, events
from archive.deliveries import NewDelivery
from archive.events import Event
from wirewatch.settings import Settings

log = logging.getLogger("wirewatch")


def report(settings: Settings, conn: Connection, event: Event) -> None:
    """Tell operators of a change of state, once."""
    fields = {"event": event.kind, "subject": event.subject}
    log.warning("%s: %s", event.subject, event.text, extra=fields)
    events.record(conn, event)
    notify(settings, conn, f"{event.subject}: {event.text}", event.at)


def notify(settings: Settings, conn: Connection, text: str, now: datetime) -> None:
    """Send a line to operators, where they have a channel."""
    channel = ops_channel(settings)
    if channel is not None:
        # Slow to load, and seldom is anything told.
        from alerts.messages.content import NoticeContent

        notice = NoticeContent(text)
        row = NewDelivery(channel.name, "notice", notice.to_json(), silent=True, chat=chat_key(channel))
        deliveries.add(conn, [row], now)


def ops_channel(settings: Settings) -> Channel | None:
    """The channel for operators; None where there is none."""
    return next((channel for channel in settings.channels if channel.name == settings.ops), None)


def ops_zone(settings: Settings) -> tzinfo:
    """The clock that operators go by: that of their channel."""
    channel = ops_channel(settings)
    return (channel.timezone if channel is not None else None) or settings.timezone
