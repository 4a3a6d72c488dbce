"""What does the stand-in know: chats, their members and rights, and the messages in them?

Plain state with the id rules of Telegram: private chats and basic groups draw message ids from one
sequence of the bot, every supergroup and channel from its own. What a request may do to this state is
in `posting.py`.
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal

from wirewatch.demo.botapi.markup import Formatted
from wirewatch.demo.botapi.refusals import bad_request, forbidden, migrated

_NUMBER = re.compile(r"-?[0-9]{1,20}")

ChatKind = Literal["private", "group", "supergroup", "channel"]

_ADMINISTRATOR_RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_send_welcome_messages",
)


class Presence(Enum):
    """How the bot stands with a chat; only in PRESENT can it speak there."""

    PRESENT = "present"
    BLOCKED = "blocked"  # private: the user blocked the bot
    DEACTIVATED = "deactivated"  # private: the user's account is gone
    KICKED = "kicked"
    LEFT = "left"
    DELETED = "deleted"  # a group that was deleted


@dataclass(frozen=True, slots=True)
class User:
    """A person or a bot."""

    id: int
    first_name: str
    username: str | None = None
    is_bot: bool = False

    def as_json(self) -> dict[str, Any]:
        """The Bot API's User."""
        shown = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        return {**shown, "username": self.username} if self.username else shown


@dataclass(slots=True)
class Message:
    """One message. `sender` None is an anonymous post of a channel; times are Unix seconds."""

    chat: "Chat"
    id: int
    date: int
    sender: User | None
    content: Formatted
    markup: dict[str, Any] | None = None
    preview: dict[str, Any] | None = None
    topic: int | None = None
    reply_to: "Message | None" = None
    by_bot: bool = False
    edit_date: int | None = None
    service: dict[str, Any] = field(default_factory=dict)

    def as_json(self, *, with_reply: bool = True) -> dict[str, Any]:
        """The Bot API's Message; a message it answers is shown without its own antecedent."""
        shown: dict[str, Any] = {"message_id": self.id, "date": self.date, "chat": self.chat.as_json()}
        if self.sender is not None:
            shown["from"] = self.sender.as_json()
        else:
            shown["sender_chat"] = self.chat.as_json()
        if self.content.text:
            shown["text"] = self.content.text
        if self.content.entities:
            shown["entities"] = [entity.as_json() for entity in self.content.entities]
        if self.topic is not None:
            shown |= {"message_thread_id": self.topic, "is_topic_message": True}
        if self.reply_to is not None and with_reply:
            shown["reply_to_message"] = self.reply_to.as_json(with_reply=False)
        optional = {
            "reply_markup": self.markup,
            "link_preview_options": self.preview,
            "edit_date": self.edit_date,
        }
        return shown | {key: value for key, value in optional.items() if value} | self.service


@dataclass(slots=True)
class Chat:
    """A chat as the bot sees it. `topics` maps a forum's topic to whether it is open."""

    id: int
    kind: ChatKind
    title: str
    ids: Iterator[int]
    username: str | None = None
    topics: dict[int, bool] = field(default_factory=dict)
    presence: Presence = Presence.PRESENT
    rights: set[str] = field(default_factory=set)
    members: dict[int, User] = field(default_factory=dict)
    admins: set[int] = field(default_factory=set)
    messages: dict[int, Message] = field(default_factory=dict)
    migrated_to: int | None = None

    def as_json(self) -> dict[str, Any]:
        """The Bot API's Chat."""
        name = {"first_name": self.title} if self.kind == "private" else {"title": self.title}
        shown = {"id": self.id, "type": self.kind, **name}
        if self.username:
            shown["username"] = self.username
        return {**shown, "is_forum": True} if self.topics else shown

    def full_json(self) -> dict[str, Any]:
        """The Bot API's ChatFullInfo."""
        gifts = (
            "unlimited_gifts",
            "limited_gifts",
            "unique_gifts",
            "premium_subscription",
            "gifts_from_channels",
        )
        return self.as_json() | {
            "accent_color_id": 0,
            "max_reaction_count": 11,
            "accepted_gift_types": dict.fromkeys(gifts, False),
        }

    def add(self, message: Message) -> None:
        """Store `message` under its id."""
        self.messages[message.id] = message

    def check_presence(self) -> None:
        """Refusal where the bot cannot act in this chat at all."""
        if self.migrated_to is not None:
            raise migrated(self.migrated_to)
        noun = "group" if self.kind == "private" else self.kind
        match self.presence:
            case Presence.PRESENT:
                return
            case Presence.BLOCKED:
                raise forbidden("bot was blocked by the user")
            case Presence.DEACTIVATED:
                raise forbidden("user is deactivated")
            case Presence.DELETED:
                raise (
                    forbidden("the group chat was deleted")
                    if noun == "group"
                    else bad_request("chat not found")
                )
            case Presence.KICKED:
                raise forbidden(f"bot was kicked from the {noun} chat")
            case Presence.LEFT:
                raise forbidden(f"bot is not a member of the {noun} chat")

    def check_may_post(self) -> None:
        """Refusal where the bot is in this chat but may not post."""
        if self.kind == "channel" and "can_post_messages" not in self.rights:
            raise bad_request("need administrator rights in the channel chat")
        if self.kind in ("group", "supergroup") and "can_send_messages" not in self.rights:
            raise bad_request("not enough rights to send text messages to the chat")

    def member_json(self, user: User) -> dict[str, Any]:
        """The Bot API's ChatMember of `user`; the bot itself is told by `presence` and `rights`."""
        if not user.is_bot and user.id in self.admins:
            return _administrator(user, self.kind, set())
        if not user.is_bot:
            return {"status": "member" if user.id in self.members else "left", "user": user.as_json()}
        if self.presence is not Presence.PRESENT:
            gone = self.presence in (Presence.KICKED, Presence.BLOCKED)
            return {"status": "kicked", "user": user.as_json(), "until_date": 0} if gone else _left(user)
        administrator = self.rights - {"can_send_messages"}
        if self.kind == "channel" or administrator:
            return _administrator(user, self.kind, administrator)
        if self.kind != "private" and "can_send_messages" not in self.rights:
            return _restricted(user)
        return {"status": "member", "user": user.as_json()}


def _left(user: User) -> dict[str, Any]:
    return {"status": "left", "user": user.as_json()}


def _administrator(user: User, kind: ChatKind, rights: set[str]) -> dict[str, Any]:
    possible: tuple[str, ...] = _ADMINISTRATOR_RIGHTS
    if kind == "channel":
        possible += ("can_post_messages", "can_edit_messages")
    elif kind == "supergroup":
        possible += ("can_pin_messages", "can_manage_topics")
    granted = {right: right in rights or right == "can_manage_chat" for right in possible}
    fixed = {"status": "administrator", "user": user.as_json(), "can_be_edited": False, "is_anonymous": False}
    return fixed | granted


def _restricted(user: User) -> dict[str, Any]:
    media = (
        "audios",
        "documents",
        "photos",
        "videos",
        "video_notes",
        "voice_notes",
        "polls",
        "other_messages",
    )
    rights = [f"can_send_{what}" for what in ("messages", *media)]
    rights += ["can_add_web_page_previews", "can_react_to_messages", "can_edit_tag", "can_change_info"]
    rights += ["can_invite_users", "can_pin_messages", "can_manage_topics"]
    fixed = {"status": "restricted", "user": user.as_json(), "is_member": True, "until_date": 0}
    return fixed | dict.fromkeys(rights, False)


class Chats:
    """All chats of one bot."""

    def __init__(self) -> None:
        self._by_id: dict[int, Chat] = {}
        self._shared_ids = itertools.count(1)

    def create(
        self, kind: ChatKind, chat_id: int, title: str, username: str | None, topics: dict[int, bool]
    ) -> Chat:
        """A new chat in which the bot is present, with the rights it usually needs."""
        shared = kind in ("private", "group")
        chat = Chat(
            chat_id, kind, title, self._shared_ids if shared else itertools.count(1), username, topics
        )
        chat.rights = (
            {"can_post_messages", "can_delete_messages"} if kind == "channel" else {"can_send_messages"}
        )
        self._by_id[chat_id] = chat
        return chat

    def find(self, wanted: int | str) -> Chat:
        """The chat of an id, or of an `@name`; Refusal where there is none."""
        if isinstance(wanted, str) and wanted.startswith("@"):
            name = wanted[1:].casefold()
            named = (chat for chat in self._by_id.values() if (chat.username or "").casefold() == name)
            chat = next(named, None) if name else None
        else:
            chat = self._by_id.get(int(wanted)) if _NUMBER.fullmatch(str(wanted)) else None
        if chat is None:
            raise bad_request("chat not found")
        return chat

    def user(self, user_id: int) -> User | None:
        """A person that some chat knows."""
        return next((chat.members[user_id] for chat in self._by_id.values() if user_id in chat.members), None)
