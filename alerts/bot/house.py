"""What of the config must the bot know to answer a pressed button?"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING, Any

from alerts.channel import Channel
from archive.articles import StoredArticle

if TYPE_CHECKING:
    from alerts.matching import Watchlist


@dataclass(frozen=True, slots=True)
class House:
    """The channels by name, the zone of those that name none, the admins' user numbers, the watches."""

    channels: Mapping[str, Channel] = field(default_factory=dict)
    zone: tzinfo = UTC
    admins: Collection[int] = ()
    watchlist: "Watchlist | None" = None

    def zone_of(self, channel: str) -> tzinfo:
        """The clock by which a channel tells times."""
        known = self.channels.get(channel)
        return (known.timezone if known is not None else None) or self.zone

    def explained(self, stored: StoredArticle, matches: Sequence[Mapping[str, Any]]) -> list[str]:
        """The queries of the watches that fired, as trees; nothing of a watch that there is no more."""
        if self.watchlist is None:
            return []
        # With the whole watch language; asked for by a press of a button alone.
        from alerts.bot.why import tree

        article = stored.article
        if article.body is None and stored.page != "wanted":
            article = replace(article, body="")
        known = {compiled.watch.name for compiled in self.watchlist.watches}
        fired = [match["watch"] for match in matches if match["watch"] in known]
        return [line for name in fired for line in tree(self.watchlist.explain(article, name))]
