"""What are the paragraphs of a page?

A tree flattened into blocks of text as a reader sees them: inline elements join without a gap or
with the space the page has, block elements and double line breaks separate. Which blocks are the
article is `crawler/pages/body.py`.
"""

import re
from dataclasses import dataclass

from lxml.html import HtmlElement

_INLINE = frozenset(
    re.split(
        r"\s+",
        "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd mark q rb rp rt ruby s samp "
        "small span strike strong sub sup time tt u var wbr nobr",
    )
)
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_BREAKS = re.compile(r"\x00[\s\u00a0\u3000\x00]*\x00")
# Some sites print plain text and let the style sheet keep its empty lines.
_EMPTY_LINE = re.compile(r"(?<=[^\n]{40})[ \t\r]*\n\s*\n\s*(?=\S[^\n]{39})")
_BREAK = "\x00"  # cannot occur: the parser drops it
# CJK is set without spaces: a line break inside a paragraph is none there.
_CJK_BREAK = re.compile(
    r"(?<=[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef])\x00\s*(?=[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef])"
)


@dataclass(slots=True)
class Block:
    """One paragraph: its text, how many of its characters are links, and the element it stands in."""

    text: str
    linked: int
    element: HtmlElement
    heading: bool

    @property
    def link_density(self) -> float:
        """The part of the text that is links, 0 to 1."""
        return min(1.0, self.linked / len(self.text)) if self.text else 0.0


class _Walk:
    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._parts: list[str] = []
        self._linked = 0

    def into(self, element: HtmlElement, owner: HtmlElement, in_link: bool) -> None:
        """Walk `element`, whose text belongs to the block element `owner`."""
        self._take(element.text, in_link)
        for child in element:
            tag = child.tag
            if not isinstance(tag, str):
                pass
            elif tag == "br":
                self._parts.append(_BREAK)
            elif tag == "hr":
                self.end(owner)
            elif tag in _INLINE:
                self.into(child, owner, in_link or tag == "a")
            else:
                self.end(owner)
                self.into(child, child, in_link)
                self.end(child)
            self._take(child.tail, in_link)

    def _take(self, text: str | None, in_link: bool) -> None:
        if text:
            self._parts.append(_EMPTY_LINE.sub(_BREAK * 2, text) if "\n" in text and len(text) > 80 else text)
            if in_link:
                self._linked += len(text.strip())

    def end(self, owner: HtmlElement) -> None:
        """Close the running block."""
        if not self._parts:
            return
        text, linked = "".join(self._parts), self._linked
        self._parts, self._linked = [], 0
        pieces = _paragraphs(text)
        whole = sum(map(len, pieces))
        for piece in pieces:
            share = round(linked * len(piece) / whole) if linked else 0
            self.blocks.append(Block(piece, share, owner, owner.tag in _HEADINGS))


def _paragraphs(text: str) -> list[str]:
    """`text` parted at its double breaks, white space folded, nothing empty."""
    if _BREAK not in text:
        pieces = [text]
    else:
        pieces = [_CJK_BREAK.sub("", piece).replace(_BREAK, " ") for piece in _BREAKS.split(text)]
    return [folded for piece in pieces if (folded := " ".join(piece.split()))]


def blocks(element: HtmlElement) -> list[Block]:
    """The paragraphs below `element`, in reading order, none empty."""
    walk = _Walk()
    walk.into(element, element, element.tag == "a")
    walk.end(element)
    return walk.blocks


def plain(element: HtmlElement) -> str:
    """All text below `element` in one line."""
    return " ".join(block.text for block in blocks(element))
