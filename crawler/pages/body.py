"""Which of a page's paragraphs are the article?

After the furniture is gone: the source's selector where it matches; else the part of the page that
the JSON-LD text, the page's own `articleBody` mark, the weight of the paragraphs and trafilatura
point at; then the lines of it that are an advert, a "read also" or a list of links are left out.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from crawler.pages.blocks import Block, blocks
from crawler.pages.noise import ends_article, is_furniture_line

# A script without spaces says more with a character than Latin does.
_DENSE = re.compile(r"[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_ENDING = re.compile(r"[.!?…。！？।။៕。」』”\"'’)）]\s*$")
_MARKED = (
    '//*[@itemprop="articleBody" or @property="articleBody" or @property="schema:articleBody"]',
    "//article//*["
    + " or ".join(
        f'contains(@class, "{part}-{what}")'
        for part in ("article", "entry", "post", "story")
        for what in ("body", "content")
    )
    + "]",
)
_SENTENCE = 25.0
_PARAGRAPH = 60.0
# So much prose must precede a heading that ends an article; a list of related news may also open one.
_BEGUN = 150.0


@dataclass(slots=True)
class Body:
    """The paragraphs of an article, and the element that holds them, None where text alone is known."""

    paragraphs: list[str]
    element: HtmlElement | None

    @property
    def weight(self) -> float:
        """How much text it is: characters, dense scripts counted double."""
        return sum(map(weight, self.paragraphs))


def weight(text: str) -> float:
    """Characters of `text`, those of dense scripts counted double."""
    return len(text) + len(_DENSE.findall(text))


def is_running_text(block: Block) -> bool:
    """Whether a block is prose rather than a menu entry, a headline or a list of links."""
    if block.heading or block.link_density > 0.5:
        return False
    heft = weight(block.text)
    return heft >= _PARAGRAPH or (heft >= _SENTENCE and _ENDING.search(block.text) is not None)


def selected(elements: Sequence[HtmlElement]) -> Body:
    """The paragraphs of what the source's own selector matched: nothing is second-guessed but furniture."""
    found = [block for element in elements for block in blocks(element)]
    return Body(_lines(found, strict=False), elements[0] if elements else None)


def by_mark(tree: HtmlElement) -> Body | None:
    """The part that the page itself marks as the article's body."""
    for path in _MARKED:
        best: Body | None = None
        for element in tree.xpath(path):
            body = Body(_lines(until_end(blocks(element))), element)
            if best is None or body.weight > best.weight * 1.05:
                best = body
        if best is not None and best.weight > 200:
            return best
    return None


def by_weight(tree: HtmlElement) -> Body:
    """The element whose own paragraphs weigh most, in the manner of every reader view."""
    scores: dict[HtmlElement, float] = {}
    for block in until_end(blocks(tree)):
        if not is_running_text(block):
            continue
        gain = (weight(block.text) ** 0.9) * (1 - block.link_density)
        element: HtmlElement | None = block.element
        # A block that is its parent's own text counts for it; one in a <p> counts for the <p>'s parent.
        share = 1.0
        for _ in range(4):
            if element is None or element.tag == "html":
                break
            scores[element] = scores.get(element, 0.0) + gain * share
            if element.tag not in ("p", "li", "blockquote", "td", "tr"):
                share *= 0.6
            element = element.getparent()
    if not scores:
        return Body([], None)
    best = max(scores, key=lambda element: scores[element])
    box = best.getparent()
    if best.tag == "p" and box is not None and box.tag != "body" and _link_share(box) < 0.25:
        best = box  # a short text has one long paragraph, and short ones beside it
    return Body(_lines(until_end(blocks(_widened(best)))), best)


def _widened(element: HtmlElement) -> HtmlElement:
    """`element`, or its parent while that nearly doubles the prose: texts set in several boxes."""
    mine = prose(blocks(element))
    parent = element.getparent()
    for _ in range(3):
        if parent is None or parent.tag in ("html", "body"):
            break
        theirs = prose(blocks(parent))
        if theirs < mine * 1.25 or _link_share(parent) > 0.25:
            break
        element, mine, parent = parent, theirs, parent.getparent()
    return element


def _link_share(element: HtmlElement) -> float:
    found = blocks(element)
    whole = sum(len(block.text) for block in found)
    return sum(block.linked for block in found) / whole if whole else 0.0


def prose(found: list[Block]) -> float:
    """How much running text the blocks hold, weighed like a body."""
    return sum(weight(block.text) for block in found if is_running_text(block))


def until_end(found: list[Block]) -> list[Block]:
    """The blocks before the first heading that starts related news or comments, if prose precedes it."""
    seen = 0.0
    for index, block in enumerate(found):
        if seen > _BEGUN and ends_article(block.text):
            return found[:index]
        if is_running_text(block):
            seen += weight(block.text)
    return found


def _lines(found: list[Block], *, strict: bool = True) -> list[str]:
    """The text of the blocks without furniture lines; with `strict` without loose short ones at the ends."""
    kept = [
        block
        for block in found
        if block.element.tag != "h1"
        and not is_furniture_line(block.text)
        and not (block.link_density > 0.6 and (weight(block.text) < 200 or block.link_density > 0.9))
    ]
    if strict:
        first = next((place for place, block in enumerate(kept) if is_running_text(block)), len(kept))
        kept = kept[first - 1 :] if first and _opens(kept[first - 1], kept[first:]) else kept[first:]
        while kept and not is_running_text(kept[-1]) and not _closes(kept[-1]):
            kept.pop()
    return [block.text for block in kept]


def _opens(block: Block, rest: list[Block]) -> bool:
    """Whether a short block before the first prose is a line of the text itself: a second headline, or
    a short sentence at the head of an article's later page."""
    if not rest or block.linked or block.heading:
        return False
    if block.element is rest[0].element:
        return weight(block.text) >= _SENTENCE
    here, next_ = block.element, rest[0].element
    beside = here.tag == next_.tag == "p" and here.getparent() is next_.getparent()
    return beside and _ENDING.search(block.text) is not None


def _closes(block: Block) -> bool:
    """Whether a short last block is still a sentence."""
    return not block.heading and block.link_density < 0.2 and _ENDING.search(block.text) is not None
