"""What can the bot ask for, and what does it get?

One function a method of the Bot API, found by name. Each gets the parameters and returns the JSON of
`result`, with the ledger's line where a message was stored, changed or deleted; or it raises the
Refusal. How requests arrive and answers leave is in `server.py`.
"""

from collections.abc import Callable
from typing import Any

from wirewatch.demo.botapi.chats import Chat
from wirewatch.demo.botapi.ledger import Accepted
from wirewatch.demo.botapi.markup import Formatted, MarkupError, tidy
from wirewatch.demo.botapi.parameters import Parameters
from wirewatch.demo.botapi.posting import LONGEST_MARKUP_BYTES, Posting, topic_of
from wirewatch.demo.botapi.refusals import STALE_QUERY, Refusal, bad_request
from wirewatch.demo.botapi.scene import Scene

Result = tuple[Any, Accepted | None]


class Methods:
    """The methods over one scene. `parse` reads the markup of a text (MarkupError where it is refused)."""

    def __init__(self, scene: Scene, parse: Callable[[str], Formatted]) -> None:
        self._scene = scene
        self._parse = parse
        self._commands: list[dict[str, Any]] = []
        named: tuple[Callable[[Parameters], Result], ...] = (
            self.get_me,
            self.send_message,
            self.edit_message_text,
            self.edit_message_reply_markup,
            self.delete_message,
            self.send_chat_action,
            self.get_chat,
            self.get_chat_member,
            self.answer_callback_query,
            self.set_my_commands,
            self.get_my_commands,
            self.delete_webhook,
            self.get_webhook_info,
        )
        self._by_name = {method.__name__.replace("_", ""): method for method in named}

    async def call(self, method: str, parameters: Parameters) -> Result:
        """The result of one call; Refusal where the Bot API would refuse."""
        if method.lower() == "getupdates":
            return await self.get_updates(parameters), None
        known = self._by_name.get(method.lower())
        if known is None:
            raise Refusal(404, "Not Found: method not found")
        return known(parameters)

    async def get_updates(self, parameters: Parameters) -> list[dict[str, Any]]:
        limit = parameters.integer("limit") or 100
        return await self._scene.updates.get(
            offset=parameters.integer("offset") or 0,
            limit=min(max(limit, 1), 100),
            wait_s=parameters.integer("timeout") or 0,
            allowed=parameters.nested("allowed_updates"),
        )

    def get_me(self, parameters: Parameters) -> Result:
        abilities = ("can_join_groups", "can_read_all_group_messages", "supports_inline_queries")
        more = ("can_connect_to_business", "has_main_web_app")
        return self._scene.bot.as_json() | dict.fromkeys(abilities + more, False) | {
            "can_join_groups": True
        }, None

    def send_message(self, parameters: Parameters) -> Result:
        content = self._content(parameters)
        message = self._posting().send(self._chat(parameters), content, parameters)
        return message.as_json(), self._scene.record("sendMessage", message, parameters)

    def edit_message_text(self, parameters: Parameters) -> Result:
        content = self._content(parameters)
        message = self._posting().edit_text(self._chat(parameters), content, parameters)
        return message.as_json(), self._scene.record("editMessageText", message, parameters)

    def edit_message_reply_markup(self, parameters: Parameters) -> Result:
        message = self._posting().edit_markup(self._chat(parameters), parameters)
        return message.as_json(), self._scene.record("editMessageReplyMarkup", message, parameters)

    def delete_message(self, parameters: Parameters) -> Result:
        message = self._posting().delete(self._chat(parameters), parameters)
        return True, self._scene.record("deleteMessage", message, parameters)

    def send_chat_action(self, parameters: Parameters) -> Result:
        chat = self._chat(parameters)
        chat.check_may_post()
        topic_of(chat, parameters)
        return True, None

    def get_chat(self, parameters: Parameters) -> Result:
        chat = self._chat(parameters)
        chat.check_presence()
        return chat.full_json(), None

    def get_chat_member(self, parameters: Parameters) -> Result:
        chat = self._chat(parameters)
        chat.check_presence()
        user_id = parameters.integer("user_id")
        bot = self._scene.bot
        user = bot if user_id == bot.id else self._scene.chats.user(user_id or 0)
        if user is None:
            raise bad_request("user not found")
        return chat.member_json(user), None

    def answer_callback_query(self, parameters: Parameters) -> Result:
        query_id = parameters.text("callback_query_id")
        if self._scene.query_answers.get(query_id, parameters) is not None:
            raise bad_request(STALE_QUERY)
        self._scene.query_answers[query_id] = parameters
        return True, None

    def set_my_commands(self, parameters: Parameters) -> Result:
        self._commands = parameters.nested("commands") or []
        return True, None

    def get_my_commands(self, parameters: Parameters) -> Result:
        return self._commands, None

    def delete_webhook(self, parameters: Parameters) -> Result:
        if parameters.flag("drop_pending_updates"):
            self._scene.updates.forget()
        return True, None

    def get_webhook_info(self, parameters: Parameters) -> Result:
        waiting = len(self._scene.updates)
        return {"url": "", "has_custom_certificate": False, "pending_update_count": waiting}, None

    def _chat(self, parameters: Parameters) -> Chat:
        wanted = parameters.text("chat_id")
        if not wanted:
            raise bad_request("chat_id is empty")
        return self._scene.chats.find(wanted)

    def _posting(self) -> Posting:
        return Posting(self._scene.bot, self._scene.now)

    def _content(self, parameters: Parameters) -> Formatted:
        """The text to post, read as the parse mode says; checked in the order in which the server checks."""
        text = parameters.text("text")
        if not text:
            raise bad_request("message text is empty")
        if len(text.encode()) > LONGEST_MARKUP_BYTES:
            raise bad_request("text is too long")
        match parameters.text("parse_mode").lower():
            case "html":
                try:
                    return tidy(self._parse(text))
                except MarkupError as error:
                    raise bad_request(f"can't parse entities: {error}") from error
            case "":
                return tidy(Formatted(text))
            case _:
                raise bad_request("unsupported parse_mode")
