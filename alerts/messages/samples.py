"""What do messages of every kind say, for whoever wants to see how they look?

Invented contents in several scripts for `wirewatch preview`. Nothing of it was published.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from alerts.messages.content import (
    AlertContent,
    Content,
    DigestContent,
    DigestGroup,
    DigestItem,
    NoticeContent,
)
from alerts.messages.quoting import Quote


def samples(now: datetime) -> dict[str, Content]:
    """A content of every kind, by what it shows; their times lie before `now`."""
    plain = AlertContent(
        title="Laos opens a second bridge over the Nam Khan",
        url="https://post.example/laos-bridge",
        outlet="The Vientiane Post",
        country="LA",
        published=now - timedelta(minutes=4),
        trust="stated",
        found_at=now,
        quote=_quote("Ministers from ", "Vientiane", " said the road would be ready before the rains."),
        watches=("laos",),
    )
    korean = AlertContent(
        title="북한, 동해상으로 탄도미사일 발사",
        url="https://agency.example/kr/1",
        outlet="하늘통신",
        country="KR",
        published=now - timedelta(minutes=1),
        trust="stated",
        found_at=now,
        quote=_quote("합동참모본부는 ", "북한", "이 미사일을 발사했다고 밝혔다."),
        watches=("north-korea",),
        urgency="breaking",
    )
    lao = replace(plain, title="ລາວ ເປີດຂົວໃໝ່", outlet="ໜັງສືພິມ ປະຊາຊົນ", quote=None)
    return {
        "an alert": plain,
        "a breaking alert": korean,
        "an alert that comes late, from several outlets": replace(
            lao,
            published=now - timedelta(hours=3),
            others=("The River Times", "Wire One", "Wire Two", "Daily"),
        ),
        "an alert behind payment, by two watches": replace(plain, paywalled=True, watches=("laos", "asean")),
        "an alert without a time": replace(plain, published=None, trust="none", quote=None),
        "a digest": _digest(now),
        "a notice to operators": NoticeContent("post: https://post.example/feed/ answers 404 (not found)"),
    }


def _quote(before: str, hit: str, after: str) -> Quote:
    return Quote(before + hit + after, ((len(before), len(before) + len(hit)),))


def _digest(now: datetime) -> DigestContent:
    def item(title: str, outlet: str, country: str, hours: int) -> DigestItem:
        url = f"https://post.example/{hours}"
        return DigestItem(title, url, outlet, country, now - timedelta(hours=hours), "stated")

    laos = (
        item("Laos and Vietnam agree on a railway", "The Vientiane Post", "LA", 2),
        item("老挝水电站恢复发电", "江河日报", "CN", 5),
    )
    asean = (item("ASEAN ministers meet on rice reserves", "The River Times", "TH", 7),)
    return DigestContent(
        "Digest",
        (DigestGroup("laos", laos), DigestGroup("asean", asean)),
        "12 older articles that match are in the archive.",
    )
