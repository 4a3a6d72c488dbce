"""What is told of alerts that lay unsent for so long that they are no news any more?

After a gap (Telegram out of reach, a laptop closed, a chat that refused) what is older than
`fetch.catch_up` goes as one digest a channel, in the place of the oldest of them, and so in order.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo

from sqlalchemy import Connection

from alerts.channel import Channel
from alerts.messages.content import AlertContent, DigestContent, DigestGroup, DigestItem, from_json
from alerts.outbox.preparing import look
from archive import overdue
from archive.deliveries import Delivery

HEADER = "Delivered late"


def fold(
    conn: Connection,
    chat: str,
    channels: Mapping[str, Channel],
    before: datetime,
    now: datetime,
    default_zone: tzinfo,
) -> None:
    """Make one digest a channel of the alerts in `chat` that were made before then.

    One that still waits takes in what has become late since. A channel that left the config keeps
    its rows as they are.
    """
    # Slow to load: only where there is a message.
    from alerts.messages import html

    late = overdue.alerts(conn, chat, before)
    earlier = [row for row in overdue.digests(conn, chat) if row.content.get("header") == HEADER]
    for name in sorted({row.channel for row in late} & channels.keys()):
        rows = sorted((row for row in [*earlier, *late] if row.channel == name), key=lambda row: row.id)
        parts = html.split(digest(rows), look(channels[name], default_zone))
        overdue.replace(conn, rows, [part.to_json() for part in parts], now)


def digest(rows: Sequence[Delivery]) -> DigestContent:
    """What these alerts and late digests say, as one; an alert is under the first of its watches."""
    groups: dict[str, list[DigestItem]] = {}
    for row in rows:
        match from_json(row.content):
            case AlertContent() as said:
                watch = said.watches[0] if said.watches else ""
                groups.setdefault(watch, []).append(_item(said))
            case DigestContent() as said:
                for group in said.groups:
                    groups.setdefault(group.watch, []).extend(group.items)
            case _:
                pass
    return DigestContent(HEADER, tuple(DigestGroup(watch, tuple(items)) for watch, items in groups.items()))


def _item(said: AlertContent) -> DigestItem:
    return DigestItem(
        said.title, said.url, said.outlet, said.country, said.published, said.trust, mark=said.mark
    )
