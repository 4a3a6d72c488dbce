"""Who else is there: the chats, the people, their words and taps, and what is taken from the bot.

`Scene` holds the whole state of the stand-in and the verbs by which the demo or a test plays everybody
but the bot. What the bot itself may do is in `methods.py`; the HTTP server is in `server.py`.
"""

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, TypedDict, Unpack

from wirewatch.demo.botapi.chats import Chat, ChatKind, Chats, Message, Presence, User
from wirewatch.demo.botapi.ledger import Accepted, Ledger
from wirewatch.demo.botapi.markup import Entity, Formatted
from wirewatch.demo.botapi.parameters import Parameters
from wirewatch.demo.botapi.updates import Updates

_SUPERGROUP_BASE = -1_000_000_000_000


class Clocks(TypedDict, total=False):
    """What a scene takes for time; what is left out is real.

    `wall` gives Unix seconds, `monotonic` seconds of a clock that never jumps, `sleep` waits seconds.
    """

    wall: Callable[[], float]
    monotonic: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]


class Scene:
    """The state of one bot's Telegram."""

    def __init__(self, **clocks: Unpack[Clocks]) -> None:
        self.bot = User(7_000_000_001, "Wirewatch", "wirewatch_demo_bot", is_bot=True)
        self.token = f"{self.bot.id}:DEMO-stand-in-token-without-value-00"
        self.token_revoked = False
        self.ledger = Ledger()
        self.monotonic = clocks.get("monotonic", time.monotonic)
        self.sleep = clocks.get("sleep", asyncio.sleep)
        self.updates = Updates(self.monotonic, self.sleep)
        self.chats = Chats()
        self.query_answers: dict[str, Parameters | None] = {}
        self._wall = clocks.get("wall", time.time)
        self._numbers = itertools.count(1001)
        self._listeners: list[Callable[[Accepted], None]] = []

    @property
    def now(self) -> int:
        """The server's time in Unix seconds."""
        return int(self._wall())

    def on_accepted(self, listener: Callable[[Accepted], None]) -> None:
        """Call `listener` with every line of the ledger as it is written."""
        self._listeners.append(listener)

    def record(self, method: str, message: Message, parameters: Parameters) -> Accepted:
        """Write one line into the ledger."""
        at = datetime.fromtimestamp(self._wall(), UTC)
        line = Accepted(
            at=at,
            monotonic=self.monotonic(),
            method=method,
            chat_id=message.chat.id,
            message_id=message.id,
            params=dict(parameters),
            content=message.content,
            reply_markup=message.markup,
            link_preview=message.preview,
        )
        self.ledger.append(line)
        for listener in self._listeners:
            listener(line)
        return line

    # Chats and people

    def person(self, name: str) -> User:
        """A new user whom no chat knows yet."""
        return User(next(self._numbers), name)

    def private(self, user: User) -> Chat:
        """The chat of the bot with `user`, who has pressed start."""
        return self._chat("private", user.id, user.first_name, user)

    def group(self, title: str, *members: User) -> Chat:
        """A basic group."""
        return self._chat("group", -next(self._numbers), title, *members)

    def supergroup(self, title: str, *members: User, username: str | None = None, topics: int = 0) -> Chat:
        """A supergroup; with `topics` a forum, whose topics are numbered from 2."""
        numbers = range(2, 2 + topics)
        chat_id = _SUPERGROUP_BASE - next(self._numbers)
        return self._chat("supergroup", chat_id, title, *members, username=username, topics=numbers)

    def channel(self, title: str, username: str | None = None) -> Chat:
        """A channel in which the bot may post and delete, but not edit others' posts."""
        return self._chat("channel", _SUPERGROUP_BASE - next(self._numbers), title, username=username)

    def _chat(
        self,
        kind: ChatKind,
        chat_id: int,
        title: str,
        *members: User,
        username: str | None = None,
        topics: range = range(0),
    ) -> Chat:
        chat = self.chats.create(kind, chat_id, title, username, dict.fromkeys(topics, True))
        chat.members = {member.id: member for member in members}
        for topic in topics:
            # a topic is the thread under the service message that opened it
            opened = {"forum_topic_created": {"name": f"Topic {topic}", "icon_color": 7322096}}
            self._foreign(chat, self.bot, "", service=opened, number=topic)
        return chat

    def message(self, chat_id: int, message_id: int) -> Message:
        """A message that exists; KeyError or Refusal where there is none."""
        return self.chats.find(chat_id).messages[message_id]

    # What others do

    def say(self, chat: Chat, user: User, text: str, *, topic: int | None = None) -> Message:
        """`user` writes `text`, and the bot is told."""
        chat.members.setdefault(user.id, user)
        message = self._foreign(chat, user, text, topic=topic)
        self.updates.push("message", message.as_json())
        return message

    def post_as_other(self, chat: Chat, text: str = "Somebody else's words") -> Message:
        """A message of somebody else that takes an id: a channel post, or a member's message."""
        if chat.kind == "channel":
            message = self._foreign(chat, None, text)
            self.updates.push("channel_post", message.as_json())
            return message
        author = next(iter(chat.members.values()), None) or self.person("Somebody")
        return self.say(chat, author, text)

    def leave_hole(self, chat: Chat) -> int:
        """Take an id of the chat's sequence and leave no message under it."""
        return next(chat.ids)

    def press(self, message: Message, button: str, by: User | None = None) -> str:
        """Tap the button with this label or callback data; the id of the callback query. KeyError if none."""
        rows = (message.markup or {}).get("inline_keyboard", [])
        labelled = {
            name: one for row in rows for one in row for name in (one["text"], one.get("callback_data"))
        }
        data = labelled[button]["callback_data"]
        user = by or next(iter(message.chat.members.values()), None) or self.person("Somebody")
        query_id = str(next(self._numbers))
        self.query_answers[query_id] = None
        query = {"id": query_id, "from": user.as_json(), "chat_instance": str(message.chat.id), "data": data}
        self.updates.push("callback_query", query | {"message": message.as_json()})
        return query_id

    # What happens to the bot

    def put(self, chat: Chat, presence: Presence) -> None:
        """Block, kick or restore the bot; it is told as Telegram tells it."""
        before = chat.member_json(self.bot)
        chat.presence = presence
        self._tell_membership(chat, before)

    def entitle(self, chat: Chat, *rights: str) -> None:
        """Give the bot these rights in the chat and no others; it is told as Telegram tells it."""
        before = chat.member_json(self.bot)
        chat.rights = set(rights)
        self._tell_membership(chat, before)

    def _tell_membership(self, chat: Chat, before: dict[str, Any]) -> None:
        after = chat.member_json(self.bot)
        by = next(iter(chat.members.values()), None) or self.person("Somebody")
        changed = {"chat": chat.as_json(), "from": by.as_json(), "date": self.now}
        if chat.presence not in (Presence.DELETED, Presence.DEACTIVATED) and before != after:
            self.updates.push(
                "my_chat_member", changed | {"old_chat_member": before, "new_chat_member": after}
            )

    def migrate(self, group: Chat) -> Chat:
        """Turn a basic group into a supergroup with a new id; the supergroup."""
        members = tuple(group.members.values())
        successor = self.supergroup(group.title, *members)
        author = members[0] if members else self.person("Somebody")
        moved = self._foreign(group, author, "", service={"migrate_to_chat_id": successor.id})
        self.updates.push("message", moved.as_json())
        arrived = self._foreign(successor, author, "", service={"migrate_from_chat_id": group.id})
        self.updates.push("message", arrived.as_json())
        group.migrated_to = successor.id
        return successor

    def _foreign(
        self,
        chat: Chat,
        author: User | None,
        text: str,
        *,
        topic: int | None = None,
        service: dict[str, Any] | None = None,
        number: int | None = None,
    ) -> Message:
        while (taken := next(chat.ids)) < (number or 0):
            continue
        content = Formatted(text, _command(text))
        message = Message(chat, taken, self.now, author, content, topic=topic, service=service or {})
        chat.add(message)
        return message


def _command(text: str) -> tuple[Entity, ...]:
    """A leading /command is an entity; bots find it by that."""
    word = text.split(maxsplit=1)[0] if text.strip() else ""
    return (Entity("bot_command", 0, len(word)),) if text.startswith("/") and len(word) > 1 else ()
