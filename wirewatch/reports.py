"""What do operators hear, and where?

An event is kept in the archive, written to the log, and sent to the `ops` channel if there is
one. Readers' channels never get one.
"""

import logging

from sqlalchemy import Connection

from alerts.channels.senders import chat_key
from alerts.messages.content import NoticeContent
from archive import deliveries, events
from archive.deliveries import NewDelivery
from archive.events import Event
from wirewatch.settings import Settings

log = logging.getLogger("wirewatch")


def report(settings: Settings, conn: Connection, event: Event) -> None:
    """Tell operators of a change of state, once."""
    log.warning("%s %s: %s", event.kind, event.subject, event.text)
    events.record(conn, event)
    channel = next((channel for channel in settings.channels if channel.name == settings.ops), None)
    if channel is not None:
        notice = NoticeContent(f"{event.subject}: {event.text}")
        row = NewDelivery(channel.name, "notice", notice.to_json(), silent=True, chat=chat_key(channel))
        deliveries.add(conn, [row], event.at)
