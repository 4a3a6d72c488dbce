"""Who may press what changes a message for everybody?

The admins named in the config, the admins of the chat, and in a private chat the one whose it is.
"""

from collections.abc import Collection

from telegram import Bot, Chat, ChatMember, User
from telegram.error import TelegramError


async def may_change(bot: Bot, chat: Chat, user: User, admins: Collection[int]) -> bool | None:
    """Whether `user` may; None where Telegram did not say."""
    if user.id in admins:
        return True
    if chat.type == Chat.PRIVATE:
        return chat.id == user.id
    try:
        member = await bot.get_chat_member(chat.id, user.id)
    except TelegramError as error:
        # "user not found", "member not found": no admin, then. Everything else says nothing.
        return False if "not found" in str(error).lower() else None
    return member.status in (ChatMember.OWNER, ChatMember.ADMINISTRATOR)
