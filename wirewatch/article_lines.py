"""How does an article travel on one line of JSON?

The article JSONL that commands read and print: `id, url, title, summary, body, published,
language, source`. Reading asks for `id` and one text field and passes over keys it does not know;
what a command does with an article is its own file.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from archive.article import Article, Outlet

TEXTS = ("title", "summary", "body")


class LineError(ValueError):
    """A line that is no article; the text says why."""


def read_article(line: bytes, outlets: Mapping[str, Outlet]) -> Article:
    """The article on `line`, with the outlet that its `source` names, if `outlets` has it.

    A body that is not there is None; a `published` that is not RFC 3339 counts as not there.
    Raises LineError.
    """
    said = _object(line)
    identity = said.get("id")
    if not isinstance(identity, str) or not identity:
        raise LineError("no id: expected a text")
    texts = {name: _text(said, name) for name in TEXTS}
    if all(text is None for text in texts.values()):
        raise LineError(f"no text: expected one of {', '.join(TEXTS)}")
    published = read_time(_text(said, "published", strict=False))
    source = _text(said, "source", strict=False) or ""
    return Article(
        id=identity,
        url=_text(said, "url", strict=False) or "",
        title=texts["title"] or "",
        summary=texts["summary"] or "",
        body=texts["body"],
        published=published,
        trust="none" if published is None else "stated",
        language=_text(said, "language", strict=False) or None,
        source=source,
        outlet=outlets.get(source),
    )


def print_article(article: Article, **more: object) -> str:
    """The article as a line of JSON, `more` keys last; a body that has not been read is left out."""
    fields: dict[str, object] = {
        "id": article.id,
        "url": article.url,
        "title": article.title,
        "summary": article.summary,
        "body": article.body,
        "published": None if article.published is None else print_time(article.published),
        "language": article.language,
        "source": article.source,
        **more,
    }
    if article.body is None:
        del fields["body"]
    return print_line(fields)


def print_line(value: object) -> str:
    """One line of JSON, readable in every script; escaped where the text is no valid Unicode."""
    line = json.dumps(value, ensure_ascii=False)
    # A lone surrogate, which JSON can carry and UTF-8 cannot.
    return line if line.isascii() or _is_valid(line) else json.dumps(value)


def read_time(text: str | None) -> datetime | None:
    """The moment in UTC that an RFC 3339 text names; None where it is none."""
    try:
        moment = datetime.fromisoformat(text or "")
        return None if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def print_time(moment: datetime) -> str:
    """RFC 3339 in UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _object(line: bytes) -> dict[str, Any]:
    try:
        said = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise LineError(f"no UTF-8 text (byte {error.start + 1})") from error
    except json.JSONDecodeError as error:
        raise LineError(f"no JSON: {error.msg} (character {error.pos + 1})") from error
    except (RecursionError, ValueError) as error:
        raise LineError("no JSON that can be read") from error
    if not isinstance(said, dict):
        raise LineError("no JSON object")
    return said


def _text(said: dict[str, Any], name: str, *, strict: bool = True) -> str | None:
    value = said.get(name)
    if value is None or isinstance(value, str):
        return value
    if strict:
        raise LineError(f"{name} is no text")
    return None


def _is_valid(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
