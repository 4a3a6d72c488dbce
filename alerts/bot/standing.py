"""How does the bot stand in a chat, by what Telegram says of its membership?

Reads a `ChatMember`, of an update or asked for; what follows from a change is
`alerts/outbox/membership.py`.
"""

from telegram import Chat, ChatMember

from alerts.outbox.membership import Standing


def standing(member: ChatMember, kind: str) -> Standing:
    """How the bot stands as this member of a chat of `kind` (private, group, supergroup, channel)."""
    edits_others = kind == Chat.CHANNEL and (
        member.status == ChatMember.OWNER or bool(getattr(member, "can_edit_messages", False))
    )
    if member.status in (ChatMember.LEFT, ChatMember.BANNED) or not getattr(member, "is_member", True):
        return Standing("blocked" if kind == Chat.PRIVATE else "kicked", False)
    if kind == Chat.CHANNEL and member.status != ChatMember.OWNER:
        # There only an administrator posts, and only with this right.
        may_post = bool(getattr(member, "can_post_messages", False))
    else:
        # Only the restricted bear the right by name.
        may_post = bool(getattr(member, "can_send_messages", True))
    return Standing(None if may_post else "rights", edits_others)
