"""What does Telegram make of a text in HTML parse mode: which characters, which entities, which error?

A strict parser of the Bot API's small HTML, with the server's error sentences and byte offsets. Lengths
and offsets of entities count UTF-16 units, as the Bot API does. Which links are kept is in `links.py`;
length limits and what happens to the message are in `posting.py`.
"""

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

from wirewatch.demo.botapi.links import ascii_lower, checked_link, mentioned_user


@dataclass(frozen=True, slots=True)
class Entity:
    """A stretch of text with a meaning. `kind` is the Bot API's `type`; lengths are UTF-16 units."""

    kind: str
    offset: int
    length: int
    url: str | None = None
    user_id: int | None = None
    language: str | None = None
    custom_emoji_id: str | None = None
    unix_time: int | None = None
    date_time_format: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The Bot API's MessageEntity."""
        fields = {key: value for key, value in asdict(self).items() if value is not None}
        if (user_id := fields.pop("user_id", None)) is not None:
            fields["user"] = {"id": user_id, "is_bot": False, "first_name": str(user_id)}
        return {"type": fields.pop("kind"), **fields}


@dataclass(frozen=True, slots=True)
class Formatted:
    """Visible text and its entities, outermost first."""

    text: str
    entities: tuple[Entity, ...] = ()


class MarkupError(ValueError):
    """The markup is refused; the message is the server's, without the leading "can't parse entities: "."""


def parse_html(html: str) -> Formatted:
    """`html` as Telegram's HTML parse mode reads it; MarkupError where Telegram refuses it."""
    return _Reading(html).whole()


def tidy(formatted: Formatted) -> Formatted:
    """The text as the server stores it: control characters gone, blank ends trimmed, entities fitted."""
    kept = [(_CLEANED.get(ord(char), char), utf16_length(char)) for char in formatted.text]
    text = "".join(char for char, _ in kept)
    start = len(text) - len(text.lstrip(_TRIMMED))
    length = utf16_length(text.strip(_TRIMMED))
    # moved[i] is where the UTF-16 unit i of the text as given lies in the tidied one
    moved: list[int] = []
    at = -utf16_length(text[:start])
    for char, units in kept:
        moved += [min(max(at, 0), length)] * units
        at += utf16_length(char)
    moved.append(min(max(at, 0), length))
    entities = []
    for entity in formatted.entities:
        offset = moved[entity.offset]
        end = moved[entity.offset + entity.length]
        if end > offset:
            entities.append(replace(entity, offset=offset, length=end - offset))
    return Formatted(text.strip(_TRIMMED), tuple(entities))


def seems_empty(text: str) -> bool:
    """Whether nothing in `text` can be seen."""
    return not text.strip(_UNSEEN)


def utf16_length(text: str) -> int:
    """How many UTF-16 units `text` has."""
    return len(text) + sum(char > "\uffff" for char in text)


# What the server does to single characters before it stores a text: controls become blanks; carriage
# returns, separators and direction overrides (U+2028 to U+202E) and three combining marks vanish.
_CLEANED = {code: " " for code in range(32) if code != 10}
_CLEANED |= dict.fromkeys((13, *range(0x2028, 0x202F), 0x030A, 0x0333, 0x033F), "")
_TRIMMED = " \n"
# Characters that do not make a message: a text of nothing else counts as empty.
_UNSEEN = _TRIMMED + "\u00a0\u200b\u200c\u200d\u200e\u200f\ufeff"

_KINDS = {
    **dict.fromkeys(("b", "strong"), "bold"),
    **dict.fromkeys(("i", "em"), "italic"),
    **dict.fromkeys(("u", "ins"), "underline"),
    **dict.fromkeys(("s", "strike", "del"), "strikethrough"),
    **dict.fromkeys(("span", "tg-spoiler"), "spoiler"),
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
}

# Which entity is the outer one where two cover the same characters: the lower number.
_RANKS = {
    "blockquote": 0,
    "expandable_blockquote": 0,
    "pre": 11,
    "code": 20,
    "text_link": 49,
    "text_mention": 49,
    "date_time": 50,
    "bold": 90,
    "italic": 91,
    "underline": 92,
    "strikethrough": 93,
    "spoiler": 94,
    "custom_emoji": 99,
}

_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE = re.compile(r"&(?:#[xX]([0-9a-fA-F]*)|#([0-9]*)|([a-zA-Z]*))")
_BLANK = re.compile(r"[ \t\r\n\v]*")
_PLAIN = re.compile(r"[^<&]+")
_TAG_NAME = re.compile(r"[^ \t\r\n\v\0>]*")
_ATTRIBUTE_NAME = re.compile(r"[^ \t\r\n\v\0=>/\"']*")
_NAME_TOKEN = re.compile(r"[a-zA-Z0-9.\-]*")
_ENDS_TOKEN = frozenset(" \t\r\n\v\0>")


@dataclass(frozen=True, slots=True)
class _OpenTag:
    name: str
    argument: str
    extra: str
    offset: int  # UTF-16 units of visible text before it
    begin: int  # pieces of visible text before it


class _Reading:
    """One pass over one text. The source carries a final NUL, because the server reads it as a C string."""

    def __init__(self, html: str) -> None:
        self._source = html + "\0"
        self._end = len(html)
        self._at = 0
        self._pieces: list[str] = []
        self._offset = 0
        self._open: list[_OpenTag] = []
        self._entities: list[Entity] = []

    def whole(self) -> Formatted:
        while self._at < self._end:
            char = self._source[self._at]
            if char == "<":
                closes = self._source[self._at + 1] == "/"
                (self._end_tag if closes else self._start_tag)()
            elif char == "&":
                self._show(self._reference())
            else:
                begin = self._at
                self._take(_PLAIN)
                self._show(self._source[begin : min(self._at, self._end)])
        if self._open:
            raise MarkupError(f'Can\'t find end tag corresponding to start tag "{self._open[-1].name}"')
        text = "".join(self._pieces)
        if any("\ud800" <= char <= "\udfff" for char in text):
            raise MarkupError(
                "Text contains invalid Unicode characters after decoding HTML entities, "
                "check for unmatched surrogate code units"
            )
        # a language belongs to a block: code that no pre surrounds loses it
        entities = [
            replace(entity, language=None) if entity.kind == "code" else entity for entity in self._entities
        ]
        entities.sort(key=lambda entity: (entity.offset, -entity.length, _RANKS[entity.kind]))
        return Formatted(text, tuple(entities))

    def _show(self, piece: str) -> None:
        self._pieces.append(piece)
        self._offset += utf16_length(piece)

    def _take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._source, self._at)
        taken = match.group() if match else ""
        self._at += len(taken)
        return taken

    def _reference(self) -> str:
        """The character that the reference at `_at` stands for; "&" where Telegram knows none."""
        match = _REFERENCE.match(self._source, self._at)
        char = _referred(match) if match else ""
        if match is None or not char:
            self._at += 1
            return "&"
        self._at = match.end() + (self._source[match.end()] == ";")
        return char

    def _start_tag(self) -> None:
        begin = self._at
        self._at += 1
        name = ascii_lower(self._take(_TAG_NAME))
        self._expect_more(f"Unclosed start tag at byte offset {self._byte(begin)}")
        if name not in _KINDS:
            raise MarkupError(f'Unsupported start tag "{name}" at byte offset {self._byte(begin)}')
        argument = extra = ""
        while True:
            self._take(_BLANK)
            if self._source[self._at] == ">":
                break
            attribute, value = self._attribute(name, begin)
            argument = _argument(name, attribute, value, argument)
            if (name, attribute) == ("tg-time", "format"):
                extra = value
        if name == "span" and argument != "spoiler":
            raise MarkupError(f'Tag "span" must have class "tg-spoiler" at byte offset {self._byte(begin)}')
        self._at += 1
        self._open.append(_OpenTag(name, argument, extra, self._offset, len(self._pieces)))

    def _attribute(self, tag: str, begin: int) -> tuple[str, str]:
        name = self._take(_ATTRIBUTE_NAME)
        where = f'tag "{tag}" at byte offset {self._byte(begin)}'
        if not name:
            raise MarkupError(f"Empty attribute name in the {where}")
        self._take(_BLANK)
        self._expect_more(f"Unclosed start {where}")
        if self._source[self._at] != "=":
            return name, ""
        self._at += 1
        self._take(_BLANK)
        self._expect_more(f"Unclosed start {where}")
        value = self._quoted() if self._source[self._at] in "\"'" else self._name_token()
        self._expect_more(f"Unclosed start tag at byte offset {self._byte(begin)}")
        return name, value

    def _quoted(self) -> str:
        quote = self._source[self._at]
        self._at += 1
        value: list[str] = []
        while (char := self._source[self._at]) not in (quote, "\0"):
            if char == "&":
                value.append(self._reference())
            else:
                value.append(char)
                self._at += 1
        self._at += char == quote
        return "".join(value)

    def _name_token(self) -> str:
        begin = self._at
        value = ascii_lower(self._take(_NAME_TOKEN))
        if self._source[self._at] not in _ENDS_TOKEN:
            raise MarkupError(f"Unexpected end of name token at byte offset {self._byte(begin)}")
        return value

    def _end_tag(self) -> None:
        begin = self._at
        if not self._open:
            raise MarkupError(f"Unexpected end tag at byte offset {self._byte(begin)}")
        self._at += 2
        found = ascii_lower(self._take(_TAG_NAME))
        self._take(_BLANK)
        if self._source[self._at] != ">":
            raise MarkupError(f"Unclosed end tag at byte offset {self._byte(begin)}")
        self._at += 1
        tag = self._open.pop()
        if found and found != tag.name:
            where = f"at byte offset {self._byte(begin)}"
            raise MarkupError(f'Unmatched end tag {where}, expected "</{tag.name}>", found "</{found}>"')
        if self._offset > tag.offset:
            self._close(tag)

    def _close(self, tag: _OpenTag) -> None:
        entity = Entity(_KINDS[tag.name], tag.offset, self._offset - tag.offset)
        complete = _COMPLETIONS.get(tag.name)
        if tag.name in ("pre", "code"):
            self._close_code(tag, entity)
        elif complete is None:
            self._entities.append(entity)
        elif finished := complete(entity, tag, "".join(self._pieces[tag.begin :])):
            self._entities.append(finished)

    def _close_code(self, tag: _OpenTag, entity: Entity) -> None:
        """pre around code, or code around pre, is one block in the language that the code names."""
        last = self._entities[-1] if self._entities else None
        twin = last is not None and (last.offset, last.length) == (entity.offset, entity.length)
        if twin and last is not None and tag.name == "pre" and last.kind == "code" and last.language:
            self._entities[-1] = replace(last, kind="pre")
        elif (
            twin
            and last is not None
            and tag.name == "code"
            and last.kind == "pre"
            and not last.language
            and tag.argument
        ):
            self._entities[-1] = replace(last, language=tag.argument)
        else:
            self._entities.append(replace(entity, language=tag.argument or None))

    def _expect_more(self, otherwise: str) -> None:
        if self._source[self._at] == "\0":
            raise MarkupError(otherwise)

    def _byte(self, position: int) -> int:
        return len(self._source[:position].encode("utf-8", "surrogatepass"))


def _referred(match: re.Match[str]) -> str:
    hexadecimal, decimal, name = match.groups()
    if name is not None:
        return _NAMED.get(name, "")
    code = int(hexadecimal or "0", 16) if hexadecimal is not None else int(decimal or "0")
    # the server gives up on a number of ten characters and more, sign included
    return chr(code) if 0 < code < 0x10FFFF and len(match.group()) < 10 else ""


def _argument(tag: str, attribute: str, value: str, otherwise: str) -> str:
    """What a tag keeps of its attributes: one value, the last one that counts."""
    match tag, attribute:
        case ("a", "href") | ("tg-emoji", "emoji-id") | ("tg-time", "unix"):
            return value
        case ("code", "class") if value.startswith("language-"):
            return value.removeprefix("language-")
        case ("span", "class") if value.startswith("tg-"):
            return value.removeprefix("tg-")
        case ("blockquote", "expandable"):
            return "expandable"
        case _:
            return otherwise


def _link(entity: Entity, tag: _OpenTag, text: str) -> Entity | None:
    target = tag.argument or text
    if (user := mentioned_user(target)) is not None:
        return replace(entity, kind="text_mention", user_id=user)
    url = checked_link(target)
    return replace(entity, url=url) if url is not None else None


def _quote(entity: Entity, tag: _OpenTag, text: str) -> Entity:
    return replace(entity, kind="expandable_blockquote") if tag.argument else entity


def _emoji(entity: Entity, tag: _OpenTag, text: str) -> Entity:
    if not re.fullmatch(r"-?[0-9]+", tag.argument) or not int(tag.argument):
        raise MarkupError("Invalid custom emoji identifier specified")
    return replace(entity, custom_emoji_id=str(int(tag.argument)))


def _time(entity: Entity, tag: _OpenTag, text: str) -> Entity | None:
    if tag.extra and not re.fullmatch(r"r|w?[dD]?[tT]?", tag.extra):
        raise MarkupError("Invalid date format used")
    if not tag.argument.isdecimal():
        return None
    return replace(entity, unix_time=int(tag.argument), date_time_format=tag.extra or None)


_COMPLETIONS: dict[str, Callable[[Entity, _OpenTag, str], Entity | None]] = {
    "a": _link,
    "blockquote": _quote,
    "tg-emoji": _emoji,
    "tg-time": _time,
}
