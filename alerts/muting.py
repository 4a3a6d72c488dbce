"""What does a mute keep back?

Pure. A muted story or source says nothing new in that chat, a muted watch does not count there; what
stands is still edited, which nobody hears. Rows are `archive/mutes.py`, pressing is `alerts/bot/`.
"""

from collections.abc import Sequence

from alerts.routing import Alert, Decision, Nothing, ToDigest
from alerts.watch import Match
from archive.article import Article
from archive.mutes import Mute


def audible(
    article: Article, story: int, heard: Sequence[Match], mutes: Sequence[Mute]
) -> tuple[list[Match], list[Mute]]:
    """Which of the matches that a channel hears still count, and the mutes that take the others away.

    `mutes` are those in force in the channel's chat.
    """
    names = {article.source} | ({article.outlet.name} if article.outlet else set())
    whole = [
        mute
        for mute in mutes
        if (mute.kind == "story" and mute.key == str(story)) or (mute.kind == "source" and mute.key in names)
    ]
    if whole:
        return [], whole
    watches = {mute.key: mute for mute in mutes if mute.kind == "watch"}
    left = [match for match in heard if match.watch not in watches]
    return left, [watches[match.watch] for match in heard if match.watch in watches]


def hushed(decision: Decision, mutes: Sequence[Mute]) -> Decision:
    """The decision on an article of which these mutes left nothing to hear."""
    if not isinstance(decision, Alert | ToDigest):
        return decision
    first = mutes[0]
    return Nothing(f"{first.kind} {first.key} is muted here until {first.until:%Y-%m-%d %H:%M} UTC")
