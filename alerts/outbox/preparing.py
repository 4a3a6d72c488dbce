"""How does a delivery become the message that a sender posts?

Content from the row, look from the channel, reply and buttons from other rows. How it is rendered
is `alerts/messages/`; sending it is the worker's.
"""

from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING

from alerts.channel import Channel, TelegramChannel
from alerts.channels.interface import Button, Message, Seen
from alerts.messages.additions import additions_from
from alerts.messages.content import AlertContent, Content, from_json
from alerts.outbox.buttons import row_of_buttons
from archive.deliveries import Delivery
from archive.outgoing import Parent

if TYPE_CHECKING:
    from alerts.messages.html import Options, Rendered


def prepare(
    delivery: Delivery, parent: Parent | None, channel: Channel, *, default_zone: tzinfo = UTC
) -> Message:
    """The message of `delivery`; ValueError or KeyError where its content cannot be read.

    An edit says what the message it changes is to say by now: it may have lain since others were written.
    """
    # Slow to load: only where there is a message.
    from alerts.messages.html import render

    settings = channel if isinstance(channel, TelegramChannel) else None
    edited = parent if delivery.kind == "edit" else None
    content = from_json(delivery.content if edited is None else edited.content)
    added = None if edited is None else edited.additions
    rendered = render(content, look(channel, default_zone), additions_from(added))
    replies = delivery.reply_to is not None and parent is not None and parent.chat == delivery.chat
    return Message(
        chat=delivery.chat,
        text=plain_text(content, rendered) if delivery.plain else rendered.text,
        plain=delivery.plain,
        topic=settings.topic if settings else None,
        silent=delivery.silent,
        preview_url=rendered.preview_url,
        preview_large=settings is not None and settings.preview == "large",
        reply_to=parent.message_id if replies and parent is not None else None,
        buttons=buttons(delivery, channel, parent),
    )


def quiet_until(delivery: Delivery, channel: Channel, now: datetime, default_zone: tzinfo) -> datetime | None:
    """The end of the channel's quiet hours if this message has to wait for it.

    What was decided before them may meet them in the queue: after a burst, an outage, a sleep.
    Edits are heard by nobody, and notices are for operators.
    """
    quiet, zone = channel.quiet_hours, channel.timezone or default_zone
    if quiet is None or delivery.kind not in ("alert", "digest"):
        return None
    return quiet.ends(now, zone) if quiet.holds(now, zone, delivery.content.get("urgency")) else None


def look(channel: Channel, default_zone: tzinfo) -> "Options":
    """How messages look in `channel`; only Telegram shows previews of pages."""
    from alerts.messages.html import Options

    return Options(
        zone=channel.timezone or default_zone,
        preview=isinstance(channel, TelegramChannel) and channel.preview != "off",
        quote=channel.quote,
        tags=channel.tags,
        flag=channel.flag,
        others=channel.others,
    )


def is_of(seen: Seen, delivery: Delivery, channel: Channel) -> bool:
    """Whether a message that says this can be the alert's: it bears its headline, or its link.

    The rest of the text grows with the story. A headline can be another by now than it was when this was
    sent, so the earlier ones count too.
    """

    try:
        content = from_json(delivery.content)
    except (ValueError, KeyError, TypeError):
        return False
    if not isinstance(content, AlertContent):
        return False
    heads = [content, *(replace(content, title=one.title, url=one.url) for one in content.formerly)]
    return any(_bears(seen, head, channel) for head in heads)


def _bears(seen: Seen, content: AlertContent, channel: Channel) -> bool:
    from alerts.messages.html import render
    from alerts.messages.pieces import web_link

    link = web_link(content.url)
    linked = link is not None and (link in seen.links or link in seen.text.split())
    return linked or _first_line(seen.text) == _first_line(render(content, look(channel, UTC)).visible)


def _first_line(text: str) -> str:
    return next((" ".join(line.split()) for line in text.splitlines() if line.strip()), "")


def plain_text(content: Content, rendered: "Rendered") -> str:
    """What is sent where Telegram refused the markup: all that is visible, and the bare link."""
    from alerts.messages.pieces import web_link

    link = web_link(content.url) if isinstance(content, AlertContent) else None
    return rendered.visible if link is None else f"{rendered.visible}\n{link}"


def buttons(delivery: Delivery, channel: Channel, parent: Parent | None = None) -> tuple[Button, ...]:
    """The buttons under an alert, the same at every attempt to send it: looking relies on it.

    An edit bears those of the message it changes, as what was pressed there has left them.
    """
    if not isinstance(channel, TelegramChannel) or not channel.buttons:
        return ()
    if delivery.kind == "edit" and parent is not None:
        return row_of_buttons(parent.id, parent.key, additions_from(parent.additions))
    return row_of_buttons(delivery.id, delivery.key) if delivery.kind == "alert" else ()
