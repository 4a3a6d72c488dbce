"""What does a message say, before anybody decides how it looks?

The frozen values a delivery row stores as JSON: an alert, a digest, a notice. All texts are plain,
as the outlet wrote them; cleaning, escaping and trimming is `alerts/messages/html.py`. Which
sentence an alert quotes is `alerts/messages/quoting.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from alerts.watch import URGENCIES, Match, Urgency
from archive.article import Article, Trust

if TYPE_CHECKING:
    from alerts.corrections import Correction
    from alerts.messages.quoting import Quote

# A message is known by so many of its headlines.
MOST_FORMERLY = 8


@dataclass(frozen=True, slots=True)
class Headline:
    """What a message that stands is known by: its title, and where that leads."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Mark:
    """An outlet corrected its report, or took it back: which, and when, where that is known."""

    kind: "Correction"
    outlet: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AlertContent:
    """One article that a watch fired on.

    `outlet` is the outlet's title, `country` its ISO code; `others` are the titles of further
    outlets of the story; `watches` their names. `quote` is None where only the headline matched.
    `free_at` is the outlet to whose free report of the same story `url` leads, where the article itself
    is behind payment; else None. `part_of` is the headline of the message to whose story this one was
    added by hand, else empty. `mark` is set where a report that the message stands for was corrected or
    taken back. `article` is the row of the article whose report is shown, where it is in
    the archive, and `formerly` what the message was headed before.
    """

    title: str
    url: str
    outlet: str | None
    country: str | None
    published: datetime | None
    trust: Trust
    found_at: datetime
    quote: "Quote | None" = None
    others: tuple[str, ...] = ()
    watches: tuple[str, ...] = ()
    urgency: Urgency = "normal"
    paywalled: bool = False
    free_at: str | None = None
    part_of: str = ""
    mark: Mark | None = None
    article: int | None = None
    formerly: tuple[Headline, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads back."""
        return {
            **_as_kept(self),
            "type": "alert",
            "published": _written(self.published),
            "found_at": _written(self.found_at),
            "mark": _mark_written(_as_kept(self)["mark"]),
        }


@dataclass(frozen=True, slots=True)
class DigestItem:
    """One line of a digest. `others` are the titles of outlets whose report of it was withheld, `mark` what
    became of one of them."""

    title: str
    url: str
    outlet: str | None = None
    country: str | None = None
    published: datetime | None = None
    trust: Trust = "none"
    others: tuple[str, ...] = ()
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class DigestGroup:
    """What one watch found; `watch` is its name. Or, under a `heading` in plain words, other lines."""

    watch: str
    items: tuple[DigestItem, ...]
    heading: str = ""


@dataclass(frozen=True, slots=True)
class DigestContent:
    """Many articles in one message. `header` and `footer` are plain sentences."""

    header: str
    groups: tuple[DigestGroup, ...]
    footer: str = ""
    part: int = 1
    parts: int = 1

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads back."""
        whole = _as_kept(self)
        for group in whole["groups"]:
            for item in group["items"]:
                item["published"] = _written(item["published"])
                item["mark"] = _mark_written(item["mark"])
        return {**whole, "type": "digest"}


@dataclass(frozen=True, slots=True)
class NoticeContent:
    """A few plain sentences, for operators or about the channel itself."""

    text: str

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads back."""
        return {"type": "notice", "text": self.text}


Content = AlertContent | DigestContent | NoticeContent


def from_json(value: Mapping[str, Any]) -> Content:
    """The content that `to_json` wrote; ValueError where it was something else."""
    match value.get("type"):
        case "alert":
            return _alert_from(value)
        case "digest":
            return _digest_from(value)
        case "notice":
            return NoticeContent(str(value["text"]))
        case other:
            raise ValueError(f"expected an alert, a digest or a notice, found {other!r}")


def alert(
    article: Article,
    matches: Sequence[Match],
    *,
    found_at: datetime,
    others: Sequence[str] = (),
    paywalled: bool = False,
    free: Article | None = None,
    part_of: str = "",
) -> AlertContent:
    """What there is to say about `article`, on which `matches` fired (the loudest urgency counts).

    Where it is behind payment and `free` is a report of the same story that is not, the link leads there.
    """
    from alerts.messages.quoting import quote

    outlet = article.outlet
    return AlertContent(
        title=article.title,
        url=article.url if free is None else free.url,
        outlet=outlet.title if outlet else article.source or None,
        country=outlet.country if outlet else None,
        published=article.published,
        trust=article.trust,
        found_at=found_at,
        quote=quote(article, matches),
        others=tuple(others),
        watches=tuple(match.watch for match in matches),
        urgency=max((match.urgency for match in matches), key=URGENCIES.index, default="normal"),
        paywalled=paywalled,
        free_at=None if free is None else free.outlet.title if free.outlet else free.source,
        part_of=part_of,
    )


def renewed(said: AlertContent, standing: Mapping[str, Any]) -> AlertContent:
    """What a message says in place of `standing`, and by what it was known until now: what is under way
    may still arrive as it was."""
    before = _headlines(standing)
    here = Headline(said.title, said.url)
    kept = [one for one in dict.fromkeys(before) if one != here]
    return replace(said, formerly=tuple(kept[-MOST_FORMERLY:]))


def _headlines(value: Mapping[str, Any]) -> list[Headline]:
    """Everything that a message is or was headed, the latest last."""
    formerly = [Headline(one["title"], one["url"]) for one in value.get("formerly", ())]
    return [*formerly, Headline(value["title"], value["url"])]


def digest_item(article: Article, others: Sequence[str] = (), mark: Mark | None = None) -> DigestItem:
    """The line that a digest gives `article`, whose report in `others` was withheld."""
    outlet = article.outlet
    return DigestItem(
        title=article.title,
        url=article.url,
        outlet=outlet.title if outlet else article.source or None,
        country=outlet.country if outlet else None,
        published=article.published,
        trust=article.trust,
        others=tuple(others),
        mark=mark,
    )


def _alert_from(value: Mapping[str, Any]) -> AlertContent:
    from alerts.messages.quoting import Quote

    quoted = value.get("quote")
    return AlertContent(
        title=value["title"],
        url=value["url"],
        outlet=value["outlet"],
        country=value["country"],
        published=_read(value["published"]),
        trust=value["trust"],
        found_at=datetime.fromisoformat(value["found_at"]),
        quote=None if quoted is None else Quote(quoted["text"], tuple((s, e) for s, e in quoted["spans"])),
        others=tuple(value["others"]),
        watches=tuple(value["watches"]),
        urgency=value["urgency"],
        paywalled=value["paywalled"],
        free_at=value.get("free_at"),
        part_of=value.get("part_of", ""),
        mark=_mark_from(value.get("mark")),
        article=value.get("article"),
        formerly=tuple(_headlines(value)[:-1]),
    )


def _digest_from(value: Mapping[str, Any]) -> DigestContent:
    groups = tuple(
        DigestGroup(
            group["watch"],
            tuple(map(_item_from, group["items"])),
            group.get("heading", ""),
        )
        for group in value["groups"]
    )
    return DigestContent(value["header"], groups, value["footer"], value["part"], value["parts"])


def _item_from(value: Mapping[str, Any]) -> DigestItem:
    others = tuple(value.get("others", ()))
    read = {"published": _read(value["published"]), "others": others, "mark": _mark_from(value.get("mark"))}
    return DigestItem(**{**value, **read})


def _mark_from(value: Mapping[str, Any] | None) -> Mark | None:
    return None if value is None else Mark(value["kind"], value["outlet"], _read(value["at"]))


def _mark_written(kept: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if kept is None else {**kept, "at": _written(kept["at"])}


def _as_kept(content: AlertContent | DigestContent) -> dict[str, Any]:
    """Its fields, equal to what JSON gives back: whether a message changes is seen by comparing."""

    def plain(value: Any) -> Any:
        match value:
            case dict():
                return {name: plain(part) for name, part in value.items()}
            case list() | tuple():
                return [plain(part) for part in value]
        return value

    kept: dict[str, Any] = plain(asdict(content))
    return kept


def _written(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _read(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
