"""Who, other than ourselves, says whether a text, a request or an answer is right?

Three judges that this project did not write: TDLib's parser of markup, the published description of the
Bot API, and aiogram's models of its answers. What the stand-in makes of their verdicts is in `botapi.py`.
"""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any, Self

import aiogram.methods
import tdjson
from aiogram.methods import Response
from aiohttp.web import FileField
from pydantic import TypeAdapter, ValidationError

from wirewatch.demo.botapi.markup import Entity, Formatted, MarkupError

SHARED = Path(os.environ.get("WIREWATCH_SHARED", "../shared"))

_TDLIB_KINDS = {
    "Bold": "bold",
    "Italic": "italic",
    "Underline": "underline",
    "Strikethrough": "strikethrough",
    "Spoiler": "spoiler",
    "Code": "code",
    "Pre": "pre",
    "PreCode": "pre",
    "BlockQuote": "blockquote",
    "ExpandableBlockQuote": "expandable_blockquote",
    "TextUrl": "text_link",
    "MentionName": "text_mention",
    "CustomEmoji": "custom_emoji",
    "DateTime": "date_time",
    "Hashtag": "hashtag",
    "Mention": "mention",
    "BotCommand": "bot_command",
    "Url": "url",
    "EmailAddress": "email",
    "Cashtag": "cashtag",
}


def tdlib_parse(html: str) -> Formatted:
    """`html` as TDLib's HTML parse mode reads it; MarkupError with TDLib's own words where it refuses."""
    mode = {"@type": "textParseModeHTML"}
    answer = _tdlib({"@type": "parseTextEntities", "text": html, "parse_mode": mode})
    if answer["@type"] == "error":
        raise MarkupError(answer["message"].removeprefix("Can't parse entities: "))
    return Formatted(answer["text"], tuple(_entity(entity) for entity in answer["entities"]))


def tdlib_found(text: str) -> list[tuple[str, str]]:
    """What TDLib finds by itself in a plain text, hashtags above all: kind and characters."""
    units = text.encode("utf-16-le")
    answer = _tdlib({"@type": "getTextEntities", "text": text})
    found = (_entity(entity) for entity in answer["entities"])
    return [
        (one.kind, units[2 * one.offset : 2 * (one.offset + one.length)].decode("utf-16-le")) for one in found
    ]


def _tdlib(query: dict[str, Any]) -> dict[str, Any]:
    _silence_tdlib()
    answer: dict[str, Any] = json.loads(tdjson.td_execute(json.dumps(query).encode()) or b"")
    return answer


@cache
def _silence_tdlib() -> None:
    tdjson.td_execute(b'{"@type": "setLogVerbosityLevel", "new_verbosity_level": 0}')


def _entity(found: dict[str, Any]) -> Entity:
    kind = found["type"]
    return Entity(
        kind=_TDLIB_KINDS[kind["@type"].removeprefix("textEntityType")],
        offset=found["offset"],
        length=found["length"],
        url=kind.get("url"),
        user_id=kind.get("user_id"),
        language=kind.get("language"),
        custom_emoji_id=kind.get("custom_emoji_id"),
        unix_time=kind.get("unix_time"),
    )


_AIOGRAM_METHODS = {name.lower(): getattr(aiogram.methods, name) for name in aiogram.methods.__all__}


def aiogram_objections(method: str, body: dict[str, Any]) -> list[str]:
    """Why aiogram could not read this answer to `method`; empty if it can."""
    model = _AIOGRAM_METHODS.get(method.lower())
    if model is None:
        return [f"{method}: aiogram knows no such method"]
    try:
        _aiogram_reader(model).validate_python(body)
    except ValidationError as error:
        return [f"{method}: aiogram cannot read the answer: {error}"]
    return []


@cache
def _aiogram_reader(model: Any) -> TypeAdapter[Any]:
    return TypeAdapter(Response.__class_getitem__(model.__returning__))


class Description:
    """The machine-readable description of the Bot API, as a judge of requests and answers."""

    def __init__(self, content: dict[str, Any]) -> None:
        self._methods = {name.lower(): method for name, method in content["methods"].items()}
        self._types: dict[str, Any] = content["types"]

    @classmethod
    @cache
    def shared(cls) -> Self | None:
        """The description among the shared data; None where that is absent."""
        path = SHARED / "data" / "telegram-bot-api.json"
        return cls(json.loads(path.read_text())) if path.exists() else None

    def request_objections(self, name: str, parameters: dict[str, Any]) -> list[str]:
        """What is wrong with a request: unknown or missing parameters, values of a wrong type."""
        method = self._methods.get(name.lower())
        if method is None:
            return [f"{name}: no such method"]
        # files travel as parts of their own, which a parameter names by attach://
        given = {key: value for key, value in parameters.items() if not isinstance(value, FileField)}
        fields = {field["name"]: field for field in method.get("fields", [])}
        decoded = {key: _decoded(value, fields.get(key)) for key, value in given.items()}
        return self._object_objections(decoded, fields, method["name"])

    def answer_objections(self, name: str, result: Any) -> list[str]:
        """What is wrong with the `result` of an answer."""
        method = self._methods.get(name.lower())
        if method is None:
            return [f"{name}: no such method"]
        return self._objections(result, method["returns"], f"answer of {method['name']}")

    def _objections(self, value: Any, types: list[str], path: str) -> list[str]:
        """Empty if `value` is of one of `types`; else what keeps it from the one it is nearest to."""
        return min((self._type_objections(value, kind, path) for kind in types), key=len)

    def _type_objections(self, value: Any, kind: str, path: str) -> list[str]:
        if kind.startswith("Array of "):
            if not isinstance(value, list):
                return [f"{path}: expected an array, found {value!r}"]
            inner = [kind.removeprefix("Array of ")]
            return [
                flaw for i, one in enumerate(value) for flaw in self._objections(one, inner, f"{path}[{i}]")
            ]
        if kind in _PLAIN:
            expected = _PLAIN[kind]
            fits = isinstance(value, expected) and (expected is bool or not isinstance(value, bool))
            return [] if fits else [f"{path}: expected {kind}, found {value!r}"]
        described = self._types[kind]
        if subtypes := described.get("subtypes"):
            return self._objections(value, subtypes, path)
        if not isinstance(value, dict):
            return [f"{path}: expected {kind}, found {value!r}"]
        return self._object_objections(
            value, {field["name"]: field for field in described.get("fields", [])}, path
        )

    def _object_objections(self, value: dict[str, Any], fields: dict[str, Any], path: str) -> list[str]:
        unknown = [f"{path}.{key}: unknown" for key in value if key not in fields and key not in _NEWER]
        missing = [
            f"{path}.{key}: missing" for key, one in fields.items() if one["required"] and key not in value
        ]
        known = [(key, one) for key, one in value.items() if key in fields]
        wrong = [
            flaw
            for key, one in known
            for flaw in self._objections(one, fields[key]["types"], f"{path}.{key}")
        ]
        return unknown + missing + wrong


# Fields younger than the description (10.1) that aiogram (10.3) cannot do without.
_NEWER = frozenset({"can_send_welcome_messages"})

_PLAIN: dict[str, type | tuple[type, ...]] = {
    "Integer": int,
    "String": str,
    "Boolean": bool,
    "True": bool,
    "Float": (int, float),
    "InputFile": str,
}


def _decoded(value: Any, field: dict[str, Any] | None) -> Any:
    """A form's value as the type it stands for."""
    if not isinstance(value, str) or field is None or field["types"] == ["String"]:
        return value
    try:
        decoded = json.loads(value)
    except ValueError:
        return value
    return decoded
