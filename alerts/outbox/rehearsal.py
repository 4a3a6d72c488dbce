"""What message would this content make in a channel, without a delivery?

For `wirewatch preview`: the very preparation that a delivery gets, on a row that lies in no archive.
"""

from datetime import UTC, datetime, tzinfo

from alerts.channel import Channel
from alerts.channels.interface import Message
from alerts.channels.senders import chat_key
from alerts.messages.additions import NOTHING_ADDED, Additions
from alerts.messages.content import AlertContent, Content, NoticeContent
from alerts.outbox.preparing import prepare
from archive.deliveries import Delivery, Kind
from archive.outgoing import Parent

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def rehearse(
    content: Content,
    channel: Channel,
    *,
    additions: Additions = NOTHING_ADDED,
    default_zone: tzinfo = UTC,
) -> Message:
    """The message that `channel` would get; with `additions` what it is changed to."""
    edited = additions != NOTHING_ADDED
    match content:
        case AlertContent():
            kind: Kind = "edit" if edited else "alert"
        case NoticeContent():
            kind = "notice"
        case _:
            kind = "digest"
    row = Delivery(
        id=0,
        channel=channel.name,
        kind=kind,
        article=None,
        story=None,
        edits=None,
        reply_to=None,
        content=content.to_json(),
        silent=False,
        key="",
        state="pending",
        not_before=None,
        attempts=0,
        chat=chat_key(channel),
        message_id=None,
        reason=None,
        code=None,
        plain=False,
        mark=None,
        recheck_at=None,
        unknown=0,
        found=0,
        resent=0,
        twins=0,
        misfires=0,
        created_at=_EPOCH,
        changed_at=_EPOCH,
        sent_at=None,
    )
    parent = Parent(0, "sent", row.chat, 1, "", row.content, additions.to_json()) if edited else None
    return prepare(row, parent, channel, default_zone=default_zone)
