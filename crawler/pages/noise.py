"""What on a page is furniture: menus, adverts, related headlines, share buttons, captions?

Judged by element, role and class words for whole parts, and by wording for single lines. What is
left is weighed in `crawler/pages/body.py`.
"""

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

_TAGS = frozenset(
    re.split(
        r"\s+",
        "script style noscript template iframe nav aside footer figure figcaption svg video audio object "
        "embed canvas dialog button input select textarea label menu map picture img math head ins",
    )
)
_ROLES = frozenset(
    re.split(
        r"\s+",
        "navigation banner contentinfo complementary search dialog menu menubar toolbar alert form tablist",
    )
)
# Words of class and id attributes, as they stand between hyphens, underscores and capitals.
_WORDS = frozenset(
    re.split(
        r"\s+",
        """ad ads adv advert advertise advertisement advertising adsense adslot banner sponsor sponsored
        promo promoted promotion dfp outbrain taboola mgid
        nav navbar navigation menu menus submenu breadcrumb breadcrumbs crumb crumbs pagination pager paging
        share sharing sharer sharebar addthis addtoany social socials sns follow bookmark print printer
        toolbar tools related relate relation relateds recommend recommended recommendation recommendations
        suggested trending popular mostread ranking rank latest morenews readmore alsoread
        newsletter subscribe subscription signup login paywallbox donate donation membership
        comment comments commentlist disqus respond reply replies livere
        caption captions credit credits figcaption wpcaption imagecaption photocaption
        tag tags taglist keywords hashtag categories cats
        byline author authors authorbox bio writer reporter journalist
        sidebar aside widget widgets rail gallery slideshow carousel slider lightbox
        footer foot copyright cookie cookies consent gdpr popup modal overlay toast ticker
        hidden hide invisible offscreen screenreader skip jump topbar masthead sitemap feedback poll quiz
        postmeta entrymeta articlemeta metadata dateline timestamp""",
    )
)
_PHRASES = re.compile(
    r"(sr-only|visually-?hidden|screen-?reader|read-?(more|also|next)|also-?read|most-?(read|viewed|popular)|"
    r"see-?also|you-?may|post-?meta|entry-?meta|article-?meta|article-?info|news-?info|"
    r"(pre|next)v?-?(post|article|news)|post-?nav|site-?(header|footer)|page-?(header|footer)|jp-relatedposts|"
    r"back-?to-?top|call-?to-?action|wp-caption-text|img-?desc|photo-?desc|pic-?desc)",
    re.IGNORECASE,
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_SPLIT = re.compile(r"[^A-Za-z]+|(?<=[a-z])(?=[A-Z])")
# The outermost parts of a page may bear any class ("has-sidebar", "with-ads").
_NEVER = frozenset(("html", "body", "main", "article", "h1"))

_LINE = re.compile(
    r"^\W*("
    + "|".join(
        (
            r"advertisements?|sponsored( content)?|ad|adverts?|iklan|publicité|quảng cáo|โฆษณา|ໂຄສະນາ",
            r"ពាណិជ្ជកម្ម|광고|广告|廣告|広告",
            r"(read|see|watch) (more|also|next|now)\b.{0,160}|also read\b.{0,160}",
            r"related( (news|stories|articles|posts|topics))?\W{0,2}.{0,3}|(click|tap) here\b.{0,80}",
            r"continue reading|story continues\b.{0,40}|read the (full|original) .{0,80}",
            r"share( (this|on|via|to)\b.{0,40})?|tweet|follow us\b.{0,120}|print( this.{0,20})?|e?-?mail",
            r"(this|our) (web)?site uses cookies.{0,160}|(we|this (web)?site) use cookies (to|and).{0,160}",
            r"copy link|comments?|(sign up|subscribe)\b.{0,100}",
            r"(baca juga|lihat juga|xem thêm|đọc thêm|(à )?lire aussi)\W.{0,160}",
            r"(อ่านเพิ่มเติม|อ่านข่าวเพิ่มเติม|관련 ?기사|相关(新闻|阅读|报道)|延伸閱讀|相關新聞|関連記事)\W.{0,160}",
            r"(photo|image|picture|foto|ภาพ)\s*(credit|by|courtesy)?\s*[:：].{0,100}",
            r"(tags?|keywords|topics|filed under|แท็ก|标签|關鍵字|키워드)\s*[:：].{0,200}",
            r"(copyright|ⓒ|©|\(c\)).{0,160}|all rights reserved.{0,80}|.{0,60}무단\s?전재.{0,60}",
            r"(责任?编辑|编辑|責任編輯|編集|記者|기자)\s*[:：].{0,40}|[\w.+-]+@[\w.-]+\w(\s*\(END\))?",
        )
    )
    + r")\W*$",
    re.IGNORECASE,
)
# Headings after which nothing belongs to the article any more.
_END = re.compile(
    r"^\W*(\d+\s+)?("
    + "|".join(
        (
            r"related( (news|stories|articles|posts|coverage|topics))?|what to read next",
            r"more (stories|news|from\b.{0,40}|on this\b.{0,30}|in .{0,30})|latest (news|stories)",
            r"you (may|might) (also )?(like|be interested).{0,30}|recommended( (for you|stories|reading))?",
            r"(most|top) (read|popular|viewed|stories)|comments?( \(?\d+\)?)?",
            r"leave a (reply|comment).{0,30}|join the (discussion|conversation).{0,30}",
            r"tin liên quan|bình luận|berita terkait|artikel terkait|komentar",
            r"articles? (liés|similaires|connexes)|(à )?lire aussi|commentaires?",
            r"관련 ?(기사|뉴스)|많이 본 (기사|뉴스)|댓글.{0,8}|추천 ?(기사|뉴스)",
            r"相关(新闻|阅读|报道|文章|推荐)|相關(新聞|文章|報導)|热门(文章|新闻).{0,6}|評論|评论",
            r"延伸閱讀|推薦閱讀|関連(記事|ニュース)|コメント",
            r"ข่าวที่เกี่ยวข้อง|บทความที่เกี่ยวข้อง|ความคิดเห็น|ข่าวล่าสุด|ຂ່າວທີ່ກ່ຽວຂ້ອງ|ຄວາມຄິດເຫັນ",
            r"អត្ថបទពាក់ព័ន្ធ|ព័ត៌មានពាក់ព័ន្ធ|មតិ|ဆက်စပ်သတင်းများ",
            r"похожие.{0,20}|читайте также|комментарии",
        )
    )
    + r")\W*(\d+)?\W*$",
    re.IGNORECASE,
)


def is_furniture_line(text: str) -> bool:
    """Whether a paragraph is an advert mark, a "read also", a share button, a copyright line."""
    return len(text) < 220 and _LINE.match(text) is not None


def ends_article(text: str) -> bool:
    """Whether a heading of this wording starts what follows an article: related news, comments."""
    return len(text) < 60 and _END.match(text) is not None


def _is_furniture(element: HtmlElement) -> bool:
    if element.tag in _TAGS:
        return True
    if element.tag in _NEVER:
        return False
    if element.get("role") in _ROLES or element.get("hidden") is not None:
        return True
    if element.get("aria-hidden") == "true" or _HIDDEN.search(element.get("style") or ""):
        return True
    names = f"{element.get('class') or ''} {element.get('id') or ''}"[:500]
    if not names.strip():
        return False
    if _PHRASES.search(names):
        return True
    return any(word.lower() in _WORDS for word in _SPLIT.split(names))


def furniture(tree: HtmlElement) -> Iterator[HtmlElement]:
    """The outermost elements of `tree` that are furniture by element, role or class."""
    below: list[HtmlElement] = [tree]
    while below:
        element = below.pop()
        for child in element:
            if not isinstance(child.tag, str):
                continue
            if _is_furniture(child):
                yield child
            else:
                below.append(child)


def prune(tree: HtmlElement) -> None:
    """Take the furniture out of `tree`, but for what bears a great part of the page's running text.

    A publisher may call the article itself "widget" or "print-area"; so an element by its class
    alone is only furniture while it holds less than a third of all long paragraphs.
    """
    _prune(tree, _running_text(tree))


def _prune(tree: HtmlElement, whole: int) -> None:
    for element in list(furniture(tree)):
        if element.tag not in _TAGS and _running_text(element) * 3 > whole > 0:
            _prune(element, whole)
        else:
            element.drop_tree()


def _running_text(element: HtmlElement) -> int:
    """Characters in text runs long enough to be sentences, links apart."""
    runs = element.xpath(".//text()[string-length(normalize-space()) > 60]")
    return sum(
        len(run)
        for run in runs
        if not _is_apart(run.getparent() if run.is_text else run.getparent().getparent())
    )


def _is_apart(element: HtmlElement | None) -> bool:
    """Whether text in `element` is a link's or a script's."""
    while element is not None:
        if element.tag in ("a", "script", "style"):
            return True
        element = element.getparent()
    return False
