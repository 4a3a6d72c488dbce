"""What is a reader told who asks who else reports a story, and when each began?"""

from collections.abc import Sequence
from datetime import datetime, tzinfo

from archive.articles import StoredArticle

MOST = 14


def timeline(members: Sequence[StoredArticle], zone: tzinfo) -> list[str]:
    """`24 Nov 15:02 · Wire One`, a line an outlet, the first report first; then how many more."""
    first: dict[str, datetime] = {}
    for member in members:
        name, at = _outlet(member), _began(member)
        first[name] = min(at, first.get(name, at))
    ordered = sorted(first.items(), key=lambda one: (one[1], one[0]))
    lines = []
    for name, at in ordered[:MOST]:
        local = at.astimezone(zone)
        lines.append(f"{local.day} {local:%b %H:%M} · {name}")
    if len(ordered) > MOST:
        lines.append(f"and {len(ordered) - MOST} more outlets")
    return lines


def _began(member: StoredArticle) -> datetime:
    """When it was published, as far as that is known to the minute; never after it was found."""
    article = member.article
    if article.published is None or article.trust not in ("stated", "assumed"):
        return member.found_at
    return min(article.published, member.found_at)


def _outlet(member: StoredArticle) -> str:
    outlet = member.article.outlet
    return outlet.title if outlet is not None else member.article.source
