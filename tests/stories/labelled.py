"""The labelled stream: events as many outlets tell them, with what copies, updates and corrections do.

The texts are in `events.txt` and, written before the clusterer and apart from it, `traps.txt`. From
each come variations that are known for what they are: wire copy with another head, byline, dateline
or a cut tail, and the same text with a changed number.
"""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from archive.article import Article

HERE = Path(__file__).parent
Kind = Literal["own", "copy", "update", "correction"]


@dataclass(frozen=True, slots=True)
class Labelled:
    """An article, the event that it tells, how it came to be, and the group of traps it is in.

    `moved`: by so much it is later in the stream than its text says.
    """

    event: str
    trap: str | None
    kind: Kind
    at: datetime
    article: Article
    moved: timedelta = timedelta(0)


def events(name: str) -> list[Labelled]:
    """The articles of one file, each in its own words."""
    found: list[Labelled] = []
    event, trap, begin = "", None, datetime.now(UTC)
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("=="):
            event, at, group = (part.strip() for part in line[2:].split("|"))
            begin, trap = datetime.fromisoformat(at).replace(tzinfo=UTC), None if group == "-" else group
        elif line and not line.startswith("#"):
            language, hours, title, text = line.split(" | ", 3)
            at_ = begin + timedelta(hours=float(hours))
            article = Article(f"{event}/{len(found)}", "", title, "", text, at_, "stated", language)
            found.append(Labelled(event, trap, "own", at_, article))
    return found


def stream(seed: int = 1) -> list[Labelled]:
    """All articles with their variations, in the order in which they come.

    The events of `events.txt` begin six hours after one another, among the traps of one group at a
    time, which keep their distances: so much is live at once.
    """
    chance = random.Random(seed)
    own = _close_up([*events("events.txt"), *events("traps.txt")])
    varied = [one for first in own for one in _variations(first, chance)]
    return sorted([*own, *varied], key=lambda one: (one.at, one.article.id))


def _close_up(own: Sequence[Labelled]) -> list[Labelled]:
    """Shift each event, and each group of traps as a whole, into the same ten days."""
    first: dict[str, datetime] = {}
    for one in own:
        name = one.trap or one.event
        first[name] = min(one.at, first.get(name, one.at))
    begin = datetime(2026, 11, 1, tzinfo=UTC)
    start = {name: begin + timedelta(hours=6) * place for place, name in enumerate(first)}
    return [_moved(one, one.at - first[one.trap or one.event] + start[one.trap or one.event]) for one in own]


def _moved(one: Labelled, at: datetime) -> Labelled:
    return replace(one, at=at, article=replace(one.article, published=at), moved=at - one.at)


_HEADS = {
    "en": ("{city}, Nov 5 (Reuters) - ", "By Jane Doe and John Roe\n", "{city} (AP) — "),
    "de": ("{city} (dpa) - ", "Von Hans Maier\n"),
    "es": ("{city}, 5 nov (EFE).- ", "Por Ana Ruiz\n"),
    "fr": ("{city}, 5 nov (AFP) - ", "Par Luc Morel\n"),
    "ru": ("{city}, 5 ноября. /ТАСС/. ", ""),
    "zh": ("新华社北京11月5日电（记者王明）", "【国际新闻】"),
    "ko": ("(서울=연합뉴스) 김민수 기자 = ", "[속보] "),
}
_CITIES = {"ru": ("МОСКВА", "КИЕВ"), "de": ("Berlin", "Genf")}
_TAILS = {"en": (" (Reporting by Jane Doe; Editing by John Roe)", ""), "ko": (" minsu@yna.co.kr", "")}
_NUMBER = re.compile(r"(?<![\d.,:/-])[1-9]\d{0,2}(?![\d.,:/-]|°|st|nd|rd|th|º|ª|月|일|日|e\b)")


def _variations(one: Labelled, chance: random.Random) -> Iterator[Labelled]:
    """A copy of every text, and of some an update or a correction."""
    yield copied(one, chance)
    if (changed := updated(one, chance)) is not None and chance.random() < 0.3:
        yield changed
    if one.article.language == "en" and chance.random() < 0.1:
        yield _varied(one, "correction", timedelta(hours=2), f"CORRECTED: {one.article.title}", _text(one))


def copied(one: Labelled, chance: random.Random) -> Labelled:
    """The same text as another outlet prints it, some hours later."""
    language = one.article.language or "en"
    city = chance.choice(_CITIES.get(language, ("SEOUL", "GENEVA", "VIENTIANE")))
    text = _text(one)
    sentences = re.split(r"(?<=[.!?。])\s*(?=\S)", text)
    if len(sentences) > 2 and chance.random() < 0.5:
        text = text[: text.rindex(sentences[-1])].rstrip()
    text = (
        chance.choice(_HEADS[language]).format(city=city) + text + chance.choice(_TAILS.get(language, ("",)))
    )
    title = one.article.title if chance.random() < 0.5 else _edited(one.article.title, sentences[0])
    return _varied(one, "copy", timedelta(minutes=chance.randint(5, 600)), title, text)


def _edited(title: str, sentence: str) -> str:
    """Another head for the same text: its first words."""
    return sentence[:60].rsplit(" ", 1)[0] if " " in sentence else title[:-2]


def updated(one: Labelled, chance: random.Random) -> Labelled | None:
    """The same text with one number changed, hours later; None where it has none to change."""
    # A number that the text has elsewhere would be no news.
    known = set(re.findall(r"\d+", _text(one)))
    numbers = [found for found in _NUMBER.finditer(_text(one)) if str(int(found[0]) + 4) not in known]
    if not numbers:
        return None
    found = chance.choice(numbers)
    text = _text(one)
    changed = f"{text[: found.start()]}{int(found[0]) + 4}{text[found.end() :]}"
    return _varied(one, "update", timedelta(hours=chance.randint(1, 12)), one.article.title, changed)


def _varied(one: Labelled, kind: Kind, later: timedelta, title: str, text: str) -> Labelled:
    at = one.at + later
    identity = f"{one.article.id}/{kind}"
    return replace(
        one, kind=kind, at=at, article=replace(one.article, id=identity, title=title, body=text, published=at)
    )


def _text(one: Labelled) -> str:
    return one.article.body or ""
