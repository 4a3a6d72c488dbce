"""When may a message be sent, changed or deleted, and what is it then?

The rules of sendMessage, editMessageText, editMessageReplyMarkup and deleteMessage over the state in
`chats.py`. The text arrives as already read markup. Every refusal is raised before anything changes.
"""

from dataclasses import dataclass
from typing import Any

from wirewatch.demo.botapi.chats import Chat, Message, User
from wirewatch.demo.botapi.links import checked_link
from wirewatch.demo.botapi.markup import Formatted, seems_empty
from wirewatch.demo.botapi.parameters import Parameters
from wirewatch.demo.botapi.refusals import NOT_MODIFIED, bad_request

LONGEST_TEXT = 4096  # code points after entities are parsed
LONGEST_MARKUP_BYTES = 1 << 15  # the text parameter as it comes
LONGEST_CALLBACK_BYTES = 64
DELETABLE_FOR_S = 48 * 3600


@dataclass(frozen=True, slots=True)
class Posting:
    """Who posts, and when (Unix seconds)."""

    bot: User
    now: int

    def send(self, chat: Chat, content: Formatted, parameters: Parameters) -> Message:
        """Store a new message of the bot."""
        markup = reply_markup(parameters)
        chat.check_presence()
        chat.check_may_post()
        _check_length(content, too_long="message is too long")
        topic = topic_of(chat, parameters)
        reply_to = _antecedent(chat, parameters)
        message = Message(
            chat=chat,
            id=next(chat.ids),
            date=self.now,
            sender=None if chat.kind == "channel" else self.bot,
            content=content,
            markup=markup,
            preview=parameters.mapping("link_preview_options"),
            topic=topic,
            reply_to=reply_to,
            by_bot=True,
        )
        chat.add(message)
        return message

    def edit_text(self, chat: Chat, content: Formatted, parameters: Parameters) -> Message:
        """Give a message a new text; its buttons go unless they are sent again."""
        markup = reply_markup(parameters)
        message = self._editable(chat, parameters)
        _check_length(content, too_long="MESSAGE_TOO_LONG")
        preview = parameters.mapping("link_preview_options")
        if (message.content, message.markup, message.preview) == (content, markup, preview):
            raise bad_request(NOT_MODIFIED)
        message.content, message.markup, message.preview = content, markup, preview
        message.edit_date = self.now
        return message

    def edit_markup(self, chat: Chat, parameters: Parameters) -> Message:
        """Give a message new buttons; none take them away."""
        markup = reply_markup(parameters)
        message = self._editable(chat, parameters)
        if message.markup == markup:
            raise bad_request(NOT_MODIFIED)
        message.markup = markup
        message.edit_date = self.now
        return message

    def delete(self, chat: Chat, parameters: Parameters) -> Message:
        """Remove a message; its id stays a hole."""
        chat.check_presence()
        message = chat.messages.get(_message_id(parameters))
        if message is None:
            raise bad_request("message to delete not found")
        always = "can_delete_messages" in chat.rights
        if not (message.by_bot or always or chat.kind == "private"):
            raise bad_request("message can't be deleted")
        if self.now - message.date > DELETABLE_FOR_S and not always:
            raise bad_request("message can't be deleted for everyone")
        return chat.messages.pop(message.id)

    def _editable(self, chat: Chat, parameters: Parameters) -> Message:
        chat.check_presence()
        message = chat.messages.get(_message_id(parameters))
        if message is None:
            raise bad_request("message to edit not found")
        # In a channel the right to edit is a right to edit everybody's posts.
        others = chat.kind == "channel" and "can_edit_messages" in chat.rights
        if message.service or not (message.by_bot or others):
            raise bad_request("message can't be edited")
        return message


def reply_markup(parameters: Parameters) -> dict[str, Any] | None:
    """The buttons as Telegram stores them; None where there are none. Refusal for a button it refuses."""
    markup = parameters.mapping("reply_markup")
    rows = [row for row in (markup or {}).get("inline_keyboard", []) if row]
    for row in rows:
        for button in row:
            _check_button(button)
    return {"inline_keyboard": rows} if rows else None


def _check_button(button: dict[str, Any]) -> None:
    if not str(button.get("text", "")).strip():
        raise bad_request("can't parse inline keyboard button: text is empty")
    if "callback_data" in button:
        if not 1 <= len(str(button["callback_data"]).encode()) <= LONGEST_CALLBACK_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
    elif "url" in button:
        if checked_link(str(button["url"])) is None:
            raise bad_request(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")
    elif len(button) < 2:
        raise bad_request(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )


def _check_length(content: Formatted, *, too_long: str) -> None:
    if seems_empty(content.text):
        raise bad_request("text must be non-empty")
    if len(content.text) > LONGEST_TEXT:
        raise bad_request(too_long)


def topic_of(chat: Chat, parameters: Parameters) -> int | None:
    """The topic that a call names; Refusal where the chat has none such, or it is closed."""
    topic = parameters.integer("message_thread_id")
    if topic is None:
        return None
    if topic not in chat.topics:
        raise bad_request("message thread not found")
    if not chat.topics[topic]:
        raise bad_request("TOPIC_CLOSED")
    return topic


def _antecedent(chat: Chat, parameters: Parameters) -> Message | None:
    reply = Parameters(parameters.mapping("reply_parameters") or {})
    number = reply.integer("message_id")
    if number is None:
        return None
    message = chat.messages.get(number)
    if message is None and not reply.flag("allow_sending_without_reply"):
        raise bad_request("message to be replied not found")
    return message


def _message_id(parameters: Parameters) -> int:
    number = parameters.integer("message_id")
    if number is None:
        raise bad_request("message identifier is not specified")
    return number
