"""What do messages of every kind say, for whoever wants to see how they look?

Invented contents for `wirewatch preview`, and in other scripts for the golden files of the tests.
Nothing of it was published.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts.messages.additions import NOTHING_ADDED, Additions, Muted
from alerts.messages.content import (
    AlertContent,
    Content,
    DigestContent,
    DigestGroup,
    DigestItem,
    Mark,
    NoticeContent,
)
from alerts.messages.quoting import Quote


@dataclass(frozen=True, slots=True)
class Words:
    """What samples are made of, in one script: a headline, a sentence with its hit, and who says so."""

    title: str
    outlet: str
    country: str
    before: str
    hit: str
    after: str
    others: tuple[str, ...]
    further_title: str


@dataclass(frozen=True, slots=True)
class Sample:
    """A message: what it says, and what pressed buttons have added."""

    content: Content
    additions: Additions = NOTHING_ADDED


ENGLISH = Words(
    title="Laos opens a second bridge over the Nam Khan",
    outlet="The Vientiane Post",
    country="LA",
    before="Ministers from ",
    hit="Vientiane",
    after=" said the road would be ready before the rains.",
    others=("The River Times", "Wire One", "Wire Two", "Daily"),
    further_title="ASEAN ministers meet on rice reserves",
)


def samples(now: datetime, words: Words = ENGLISH) -> dict[str, Sample]:
    """A message of every kind, by what it shows; their times lie around `now`."""
    plain = AlertContent(
        title=words.title,
        url="https://post.example/laos-bridge",
        outlet=words.outlet,
        country=words.country,
        published=now - timedelta(minutes=4),
        trust="stated",
        found_at=now,
        quote=_quote(words),
        watches=("laos",),
    )
    muted = Muted("this story", now + timedelta(days=1), "Anna")
    return {
        "an alert": Sample(plain),
        "a breaking alert": Sample(replace(plain, urgency="breaking", watches=("north-korea",))),
        "an alert that comes late, from several outlets": Sample(
            replace(plain, published=now - timedelta(hours=3), others=words.others, quote=None)
        ),
        "an alert behind payment, by two watches": Sample(
            replace(plain, paywalled=True, watches=("laos", "asean"))
        ),
        "an alert behind payment, with a free copy": Sample(
            replace(
                plain,
                paywalled=True,
                free_at=words.others[0],
                url="https://river.example/1",
                others=words.others,
            )
        ),
        "an alert that was merged into another story": Sample(replace(plain, part_of=words.further_title)),
        "an alert that was corrected": Sample(
            replace(
                plain, others=words.others, mark=Mark("corrected", words.outlet, now - timedelta(minutes=1))
            )
        ),
        "an alert that was taken back": Sample(replace(plain, mark=Mark("withdrawn", words.others[0]))),
        "an alert without a time": Sample(replace(plain, published=None, trust="none", quote=None)),
        "an alert, Why? pressed": Sample(plain, Additions("why", _why(words))),
        "an alert, Story pressed": Sample(
            replace(plain, others=words.others), Additions("story", _timeline(words, now))
        ),
        "an alert, Mute pressed": Sample(plain, Additions("mute")),
        "an alert whose story is muted": Sample(plain, Additions(muted=(muted,))),
        "a digest": Sample(_digest(now, words)),
        "the second part of a digest": Sample(
            replace(_digest(now, words), header="Catching up · 42 articles", footer="", part=2, parts=3)
        ),
        "a notice to operators": Sample(
            NoticeContent("post: https://post.example/feed/ answers 404 (not found)")
        ),
    }


def _quote(words: Words) -> Quote:
    start = len(words.before)
    return Quote(words.before + words.hit + words.after, ((start, start + len(words.hit)),))


def _why(words: Words) -> tuple[str, ...]:
    return ("laos:", f"✓ @laos: {words.hit}", "unless:", "✗ @sport AND NOT title:@laos")


def _timeline(words: Words, now: datetime) -> tuple[str, ...]:
    outlets = (words.outlet, *words.others)
    return tuple(
        f"{at.day} {at:%b %H:%M} · {outlet}"
        for outlet, at in ((one, now + timedelta(minutes=7 * place)) for place, one in enumerate(outlets))
    )


def _digest(now: datetime, words: Words) -> DigestContent:
    def item(title: str, outlet: str, hours: int) -> DigestItem:
        url = f"https://post.example/{hours}"
        return DigestItem(title, url, outlet, words.country, now - timedelta(hours=hours), "stated")

    mark = Mark("corrected", words.others[0])
    laos = (
        replace(item(words.title, words.outlet, 2), others=words.others, mark=mark),
        replace(item(words.further_title, words.others[0], 5), published=None, trust="none"),
    )
    asean = (item(words.further_title, words.others[1], 30),)
    withheld = (item(words.title, words.others[0], 3),)
    return DigestContent(
        "Digest · 3 articles",
        (
            DigestGroup("laos", laos),
            DigestGroup("asean", asean),
            DigestGroup("", withheld, "Withheld, since their story was told:"),
        ),
        "12 older articles that match are in the archive.",
    )
