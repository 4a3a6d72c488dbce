"""How does the bot stand in a chat, by what Telegram says of its membership?

Reads a `ChatMember`, of an update or asked for; what follows from a change is
`alerts/outbox/membership.py`, and from the right to edit what others posted `alerts/outbox/looking.py`.
"""

from telegram import Chat, ChatMember

from alerts.channels.interface import Membership


def membership_of(member: ChatMember, kind: str) -> Membership:
    """How the bot stands as this member of a chat of `kind` (private, group, supergroup, channel)."""
    if is_out(member):
        return Membership("blocked" if kind == Chat.PRIVATE else "kicked", False)
    if kind == Chat.CHANNEL and member.status != ChatMember.OWNER:
        # There only an administrator posts, and only with this right.
        may_post = bool(getattr(member, "can_post_messages", False))
    else:
        # Only the restricted bear the right by name.
        may_post = bool(getattr(member, "can_send_messages", True))
    return Membership(None if may_post else "rights", edits_others(member))


def is_out(member: ChatMember) -> bool:
    """Whether the bot is not in the chat: it left, was put out, or is restricted and outside."""
    return member.status in (ChatMember.LEFT, ChatMember.BANNED) or not getattr(member, "is_member", True)


def edits_others(member: ChatMember) -> bool:
    """Whether the bot may edit what others posted. Only in channels is there such a right, or a bot the
    owner."""
    return member.status == ChatMember.OWNER or bool(getattr(member, "can_edit_messages", False))
