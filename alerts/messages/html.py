"""How does an alert, a digest or a notice look in a chat?

From content (`content.py`) to Telegram's HTML: the headline first, bold and itself the link; outlet,
flag and local time below; the sentence with the hits; further outlets; watches as hashtags at the
end. Escaping, cleaning and limits are `pieces.py`; the terminal's picture is `terminal.py`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from urllib.parse import urlsplit

from alerts.corrections import Correction
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
from alerts.messages.pieces import (
    END_ISOLATE,
    ISOLATE,
    MOST_BYTES,
    MOST_UNITS,
    Piece,
    blank,
    clean,
    isolated,
    run,
    runs_backwards,
    shortened,
    tidy,
    to_html,
    trimmed,
    units,
    visible,
    web_link,
)
from alerts.messages.quoting import Quote
from archive.article import Trust

# What each part may take, in UTF-16 units; together they stay far below a message's limit.
LONGEST_TITLE = 600
LONGEST_OUTLET = 80
LONGEST_LINE = 200
LONGEST_QUOTE = 400
MOST_OTHERS = 3
MOST_TAGS = 6
MOST_PANEL_LINES = 15
# An article found later than this after its publication is said to be late.
LATE = timedelta(hours=1)
# What became of a report stands below its headline, which is what a push shows first.
_SIGNS: Mapping[Correction, str] = {"corrected": "✏️", "withdrawn": "🚫"}
_FLAGLESS = {"INT": "🌐"}


@dataclass(frozen=True, slots=True)
class Options:
    """What a channel chose: the zone of its times, and which parts its messages have."""

    zone: tzinfo = UTC
    preview: bool = True
    quote: bool = True
    tags: bool = True
    flag: bool = True
    others: bool = True


UTC_TIMES = Options()


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message: `text` is HTML, `visible` what a reader sees, `preview_url` whose preview is shown."""

    text: str
    visible: str
    preview_url: str | None


def render(content: Content, options: Options, additions: Additions = NOTHING_ADDED) -> Rendered:
    """The message that `content` makes in a channel with these options; an alert may have additions."""
    match content:
        case AlertContent():
            pieces = _alert(content, options, additions)
            preview = web_link(content.url) if options.preview else None
        case DigestContent():
            pieces, preview = _digest(content, options), None
        case NoticeContent():
            pieces, preview = [Piece(_or_dots(tidy(content.text)))], None
    kept = trimmed(pieces)
    return Rendered(to_html(kept), visible(kept), preview)


def split(content: DigestContent, options: Options = UTC_TIMES) -> list[DigestContent]:
    """The digest in parts, each a message of its own, cut between items; nothing is left out."""
    pages: list[list[DigestGroup]] = [[]]
    # Room for header, footer and the part's number.
    most_units = MOST_UNITS - units(tidy(content.header)[:600]) - units(tidy(content.footer)[:600]) - 40
    most_bytes = MOST_BYTES - 8_000
    used_units = used_bytes = 0
    for group in content.groups:
        for item in group.items:
            heading = not pages[-1] or not _same(pages[-1][-1], group)
            size_units, size_bytes = _size(item, group if heading else None, options)
            full = used_units + size_units > most_units or used_bytes + size_bytes > most_bytes
            if full and pages[-1]:
                pages.append([])
                size_units, size_bytes = _size(item, group, options)
                used_units = used_bytes = 0
            _append(pages[-1], group, item)
            used_units += size_units
            used_bytes += size_bytes
    last = len(pages)
    return [
        replace(
            content,
            groups=tuple(groups),
            part=number,
            parts=last,
            footer=content.footer if number == last else "",
        )
        for number, groups in enumerate(pages, 1)
    ]


def _append(page: list[DigestGroup], group: DigestGroup, item: DigestItem) -> None:
    if page and _same(page[-1], group):
        page[-1] = replace(group, items=(*page[-1].items, item))
    else:
        page.append(replace(group, items=(item,)))


def _same(one: DigestGroup, other: DigestGroup) -> bool:
    return (one.watch, one.heading) == (other.watch, other.heading)


def _size(item: DigestItem, group: DigestGroup | None, options: Options) -> tuple[int, int]:
    heading = [] if group is None else _group_heading(group, options)
    pieces = [*heading, *_digest_line(item, options)]
    return units(visible(pieces)), len(to_html(pieces).encode())


def _alert(content: AlertContent, options: Options, additions: Additions) -> list[Piece]:
    lines = [_headline(content.title, content.url, content.urgency == "breaking")]
    if content.mark is not None:
        lines.append([Piece(_mark(content.mark, content.found_at, options.zone))])
    lines.append([Piece(" · ".join(_byline(content, options)))])
    if content.quote is not None and options.quote:
        lines.append(_quoted(content.quote))
    if content.others and options.others:
        lines.append([Piece(_also(content.others))])
    if content.part_of:
        lines.append([Piece(f"part of: {isolated(_title(content.part_of, '', LONGEST_LINE))}")])
    if content.watches and options.tags:
        lines.append([Piece(_tags(content.watches))])
    lines += [[Piece(_muted(mute, options.zone))] for mute in additions.muted]
    if additions.lines:
        lines.append([Piece(_panel(additions.lines), folded=True)])
    return _joined(line for line in lines if visible(line))


def _headline(title: str, url: str, breaking: bool) -> list[Piece]:
    text = _title(title, url, LONGEST_TITLE)
    sign = [Piece("❗ ")] if breaking else []
    return [*sign, Piece(isolated(text), bold=True, link=web_link(url))]


def _title(title: str, url: str, most: int) -> str:
    shown = clean(title)
    if not blank(shown):
        return shortened(shown, most)
    link = web_link(url)
    return (urlsplit(link).hostname if link else None) or "(no headline)"


def _mark(mark: Mark, found_at: datetime | None, zone: tzinfo) -> str:
    """Who corrected or withdrew; and when, where it is said beside the time at which an alert came."""
    by = f"{_SIGNS[mark.kind]} {mark.kind} by {isolated(shortened(clean(mark.outlet), LONGEST_OUTLET))}"
    if mark.at is None or found_at is None:
        return by
    return f"{by}, {_time(mark.at, 'stated', found_at, zone)}"


def _byline(content: AlertContent, options: Options) -> Iterable[str]:
    if content.outlet:
        yield isolated(shortened(clean(content.outlet), LONGEST_OUTLET))
    if options.flag and (sign := flag(content.country)):
        yield sign
    yield _time(content.published, content.trust, content.found_at, options.zone)
    late = content.found_at - content.published if content.published else timedelta(0)
    if content.trust in ("stated", "assumed") and late >= LATE:
        yield f"{span(late)} late"
    if content.paywalled:
        free = shortened(clean(content.free_at or ""), LONGEST_OUTLET)
        yield "🔒" if blank(free) else f"🔒 free at {isolated(free)}"


def _time(published: datetime | None, trust: Trust, found_at: datetime, zone: tzinfo) -> str:
    seen = found_at.astimezone(zone)
    if published is None or trust == "none":
        return f"found {seen:%H:%M %Z}"
    local = published.astimezone(zone)
    if trust == "day":
        return f"{local.day} {local:%b}"
    day = "" if local.date() == seen.date() else f"{local.day} {local:%b} "
    return f"{day}{local:%H:%M %Z}"


def _quoted(quote: Quote) -> list[Piece]:
    # Cut runs first, then cleaned one by one: cleaning would move the spans.
    pieces, at = [], 0
    for start, end in quote.spans:
        pieces += [Piece(run(quote.text[at:start])), Piece(run(quote.text[start:end]), bold=True)]
        at = end
    pieces.append(Piece(run(quote.text[at:])))
    return trimmed(_one_line(pieces), LONGEST_QUOTE)


def _one_line(pieces: Sequence[Piece]) -> list[Piece]:
    """Without spaces at the ends and without two in a row where pieces meet."""
    kept: list[Piece] = []
    for piece in pieces:
        spaced = not kept or kept[-1].text.endswith(" ")
        text = piece.text.lstrip(" ") if spaced else piece.text
        if text:
            kept.append(replace(piece, text=text))
    if kept:
        kept[-1] = replace(kept[-1], text=kept[-1].text.rstrip(" "))
    kept = [piece for piece in kept if piece.text]
    if runs_backwards(visible(kept)):
        return [Piece(ISOLATE), *kept, Piece(END_ISOLATE)]
    return kept


def _also(others: Sequence[str]) -> str:
    named = [isolated(shortened(clean(other), LONGEST_OUTLET)) for other in others[:MOST_OTHERS]]
    more = f" +{len(others) - MOST_OTHERS}" if len(others) > MOST_OTHERS else ""
    return f"also: {', '.join(named)}{more}"


def _tags(watches: Sequence[str]) -> str:
    tags = [hashtag(watch) for watch in watches[:MOST_TAGS]]
    return " ".join([*tags, f"+{len(watches) - MOST_TAGS}"] if len(watches) > MOST_TAGS else tags)


def _muted(mute: Muted, zone: tzinfo) -> str:
    local, by = mute.until.astimezone(zone), isolated(shortened(clean(mute.by), LONGEST_OUTLET))
    what = isolated(shortened(clean(mute.what), LONGEST_LINE))
    return f"🔕 {what} muted until {local.day} {local:%b %H:%M %Z} by {by}"


def _panel(lines: Sequence[str]) -> str:
    shown = [isolated(shortened(clean(line), LONGEST_LINE)) for line in lines[:MOST_PANEL_LINES]]
    return "\n".join(line for line in shown if not blank(line)) or "…"


def _digest(content: DigestContent, options: Options) -> list[Piece]:
    header = shortened(_or_dots(tidy(content.header)), 600)
    number = f" ({content.part}/{content.parts})" if content.parts > 1 else ""
    pieces = [Piece(header + number, bold=True)]
    for group in content.groups:
        pieces += _group_heading(group, options)
        for item in group.items:
            pieces += _digest_line(item, options)
    if content.footer:
        pieces.append(Piece("\n\n" + shortened(tidy(content.footer), 600)))
    return pieces


def _group_heading(group: DigestGroup, options: Options) -> list[Piece]:
    if group.heading:
        return [Piece("\n\n" + shortened(_or_dots(tidy(group.heading)), LONGEST_LINE))]
    return [Piece(f"\n\n{hashtag(group.watch) if options.tags else group.watch}")]


def _digest_line(item: DigestItem, options: Options) -> list[Piece]:
    title = _title(item.title, item.url, LONGEST_LINE)
    about = [shortened(clean(item.outlet), LONGEST_OUTLET)] if item.outlet else []
    if options.flag and (sign := flag(item.country)):
        about.append(sign)
    if item.published is not None and item.trust != "none":
        local = item.published.astimezone(options.zone)
        about.append(f"{local.day} {local:%b}" if item.trust == "day" else f"{local.day} {local:%b %H:%M}")
    parts = [isolated(part) for part in about]
    if item.mark is not None:
        parts.append(_mark(item.mark, None, options.zone))
    if item.others and options.others:
        parts.append(_also(item.others))
    line = [Piece("\n• "), Piece(isolated(title), link=web_link(item.url))]
    return [*line, Piece(" · " + " · ".join(parts))] if parts else line


def _or_dots(text: str) -> str:
    return "…" if blank(text) else text


def _joined(lines: Iterable[Sequence[Piece]]) -> list[Piece]:
    joined: list[Piece] = []
    for line in lines:
        joined += [Piece("\n"), *line] if joined else line
    return joined


def flag(country: str | None) -> str:
    """The flag of an ISO 3166 code (UN has one too), 🌐 for INT, nothing for what is not known."""
    if country is None:
        return ""
    if country in _FLAGLESS:
        return _FLAGLESS[country]
    if len(country) != 2 or not country.isascii() or not country.isalpha():
        return ""
    return "".join(chr(0x1F1E6 + ord(letter) - ord("A")) for letter in country.upper())


def hashtag(watch: str) -> str:
    """The watch's name as a tag that Telegram can search: `#north_korea`."""
    return "#" + watch.replace("-", "_")


def span(length: timedelta) -> str:
    """A duration in its largest whole unit: 3 h, 2 d."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} d"
