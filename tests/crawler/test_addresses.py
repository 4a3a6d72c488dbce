"""The canonical form of an article's address."""

from time import process_time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawler.addresses import canonical_url

A = "https://kpl.example/news/1"

SAME = {
    "what is already canonical": (A, A),
    "http": ("http://kpl.example/news/1", A),
    "capitals in scheme and host": ("HTTP://KPL.Example/news/1", A),
    "white space around": (f"  {A}\n", A),
    "www": ("https://www.kpl.example/news/1", A),
    "www with a number": ("https://www2.kpl.example/news/1", A),
    "default port": ("https://kpl.example:443/news/1", A),
    "default port of http": ("http://kpl.example:80/news/1", A),
    "the other port": ("https://kpl.example:8443/news/1", "https://kpl.example:8443/news/1"),
    "dot after the host": ("https://kpl.example./news/1", A),
    "user and password": ("https://u:p@kpl.example/news/1", A),
    "slash at the end": (f"{A}/", A),
    "slashes doubled": ("https://kpl.example//news///1", A),
    "dots in the path": ("https://kpl.example/x/../news/./1", A),
    "fragment": (f"{A}#comments", A),
    "hash-bang": ("https://kpl.example/#!/news/1", "https://kpl.example/#!/news/1"),
    "front page": ("https://kpl.example", "https://kpl.example/"),
    "index.html": ("https://kpl.example/news/1/index.html", A),
    "index.php stays": ("https://kpl.example/index.php?id=1", "https://kpl.example/index.php?id=1"),
    "question mark alone": (f"{A}?", A),
    "ampersands alone": (f"{A}?&&", A),
    # Ids
    "id": (f"{A}?id=5", f"{A}?id=5"),
    "p": ("https://kpl.example/?p=5", "https://kpl.example/?p=5"),
    "aid": ("https://kpl.example/v?aid=5", "https://kpl.example/v?aid=5"),
    "oid and sid": (
        "https://n.kpl.example/r?sid1=1&oid=2&aid=3", "https://n.kpl.example/r?aid=3&oid=2&sid1=1",
    ),
    "idxno": ("https://kpl.example/v.html?idxno=5", "https://kpl.example/v.html?idxno=5"),
    "newsid": ("https://kpl.example/v?newsId=5", "https://kpl.example/v?newsId=5"),
    "s": ("https://kpl.example/?s=5", "https://kpl.example/?s=5"),
    "a number without a name": ("https://kpl.example/v?12345", "https://kpl.example/v?12345"),
    "an empty value": (f"{A}?id=", f"{A}?id="),
    "the same name twice": (f"{A}?id=2&id=1", f"{A}?id=1&id=2"),
    "order": (f"{A}?b=2&a=1", f"{A}?a=1&b=2"),
    "capitals in path and values stay": ("https://kpl.example/Ab?Id=Cd", "https://kpl.example/Ab?Id=Cd"),
    "ref that is an id": (f"{A}?ref=12345", f"{A}?ref=12345"),
    "source that is an id": (f"{A}?source=a77", f"{A}?source=a77"),
    "m that is an id": ("https://kpl.example/v?m=1", "https://kpl.example/v?m=1"),
    "mode that is no AMP": (f"{A}?mode=view", f"{A}?mode=view"),
    "a page of a list": ("https://kpl.example/list?page=2", "https://kpl.example/list?page=2"),
    # Trackers
    "utm": (f"{A}?utm_source=rss&utm_medium=rss&utm_campaign=x", A),
    "utm in capitals": (f"{A}?UTM_SOURCE=x", A),
    "utm before an id": (f"{A}?utm_source=rss&id=5", f"{A}?id=5"),
    "fbclid": (f"{A}?fbclid=abc", A),
    "gclid": (f"{A}?gclid=abc", A),
    "msclkid": (f"{A}?msclkid=abc", A),
    "yclid": (f"{A}?yclid=1", A),
    "twitter's": (f"{A}?__twitter_impression=true", A),
    "mailchimp's": (f"{A}?mc_cid=1&mc_eid=2", A),
    "hubspot's": (f"{A}?_hsenc=1&_hsmi=2", A),
    "google analytics'": (f"{A}?_ga=1.2.3&_gl=1", A),
    "matomo's": (f"{A}?pk_campaign=x&mtm_source=y", A),
    "webtrends'": (f"{A}?WT.mc_id=5", A),
    "the bbc's": (f"{A}?at_medium=RSS&at_campaign=rss", A),
    "the guardian's": (f"{A}?CMP=share_btn_tw", A),
    "france 24's": (f"{A}?xtor=RSS-1", A),
    "al jazeera's": (f"{A}?traffic_source=rss", A),
    "twitter's cards'": (f"{A}?ref_src=twsrc%5Etfw&ref_url=x", A),
    "an answer to a comment": (f"{A}/?replytocom=77#respond", A),
    "yahoo's": (f"{A}?src=rss&.tsrc=rss", A),
    "ref=rss": (f"{A}?ref=rss", A),
    "from=feed": (f"{A}?from=feed", A),
    "source=twitter": (f"{A}?source=twitter", A),
    "src=rss": (f"{A}?src=rss", A),
    "an escaped ampersand": (f"{A}?id=5&amp;utm_source=rss", f"{A}?id=5"),
    "a cache breaker": (f"{A}?_=1699999999", A),
    "rss=1": (f"{A}?rss=1", A),
    # Sessions
    "PHPSESSID": (f"{A}?PHPSESSID=abc", A),
    "jsessionid in the path": (f"{A};jsessionid=ABC.node1", A),
    "jsessionid before parameters": (f"{A};jsessionid=ABC?id=5", f"{A}?id=5"),
    "jsessionid as parameter": (f"{A}?jsessionid=ABC", A),
    "a session of ASP.NET": ("https://kpl.example/(S(abc123))/news/1", A),
    "ASPSESSIONID": (f"{A}?ASPSESSIONIDQQ=ABC", A),
    "sessionid": (f"{A}?sessionid=1", A),
    # AMP and mobile
    "amp at the end": (f"{A}/amp", A),
    "amp at the end with slash": (f"{A}/amp/", A),
    "amp.html": (f"{A}/amp.html", A),
    "amp before html": ("https://kpl.example/news.amp.html", "https://kpl.example/news.html"),
    "amp at the start": ("https://kpl.example/amp/news/1", A),
    "amp host": ("https://amp.kpl.example/news/1", A),
    "amp=1": (f"{A}?amp=1", A),
    "amp alone": (f"{A}?amp", A),
    "output=amp": (f"{A}?output=amp", A),
    "output that is no AMP": (f"{A}?output=5", f"{A}?output=5"),
    "the way back from AMP": (f"{A}/?noamp=mobile", A),
    "the way back from another plugin's AMP": (f"{A}/?nonamp=1", A),
    "outputType=amp": (f"{A}?outputType=amp", A),
    "Google's amp viewer": ("https://www.google.com/amp/s/kpl.example/news/1", A),
    "Google's amp viewer, another country": ("https://www.google.co.kr/amp/s/amp.kpl.example/news/1/amp/", A),
    "amp cache": ("https://kpl-example.cdn.ampproject.org/c/s/kpl.example/news/1", A),
    "amp cache with viewer state": (
        "https://kpl-example.cdn.ampproject.org/v/s/kpl.example/news/1?amp_js_v=0.1&usqp=mq331AQ", A,
    ),
    "amp cache of packages": ("https://kpl-example.cdn.ampproject.org/wp/s/kpl.example/news/1/amp/", A),
    "amp cache of http": ("https://kpl-example.cdn.ampproject.org/c/kpl.example/news/1", A),
    "a word that begins with amp": ("https://kpl.example/amplifier", "https://kpl.example/amplifier"),
    "a word that ends with amp": ("https://kpl.example/camp", "https://kpl.example/camp"),
    "m host": ("http://m.kpl.example/news/1", A),
    "mobile host": ("https://mobile.kpl.example/news/1", A),
    "m within the host": ("https://lo.m.wiki.example/a", "https://lo.wiki.example/a"),
    "m that is the name": ("https://m.example/a", "https://m.example/a"),
    "blogger's mobile form": ("https://b.example/2026/11/dam.html?m=1", "https://b.example/2026/11/dam.html"),
    "print": (f"{A}?print=1", A),
    # Wrappers
    "old Google News": (
        "https://news.google.com/news/url?sa=t&fd=R&url=http://www.kpl.example/news/1&ei=x", A,
    ),
    "Google's redirect": ("https://www.google.com/url?q=https%3A%2F%2Fkpl.example%2Fnews%2F1&sa=U", A),
    "Google Alerts": (
        "https://www.google.com/url?rct=j&sa=t&url=https://kpl.example/news/1%3Fid%3D5&ct=ga", f"{A}?id=5",
    ),
    "new Google News": (
        "https://news.google.com/rss/articles/CBMiX?oc=5", "https://news.google.com/rss/articles/CBMiX?oc=5",
    ),
    "Bing News": (
        "http://www.bing.com/news/apiclick.aspx?ref=FexRss&url=https%3a%2f%2fkpl.example%2fnews%2f1&c=1", A,
    ),
    "Facebook's redirect": ("https://l.facebook.com/l.php?u=https%3A%2F%2Fkpl.example%2Fnews%2F1&h=AT0", A),
    "a feed proxy that names the target": (
        "http://feedproxy.google.com/~r/kpl/~3/x/?url=http%3A%2F%2Fkpl.example%2Fnews%2F1", A,
    ),
    "a feed proxy that does not": (
        "http://feedproxy.google.com/~r/kpl/~3/x/", "https://feedproxy.google.com/~r/kpl/~3/x",
    ),
    "wrapped twice": (
        "https://www.google.com/url?q=https://l.facebook.com/l.php?u=https%253A%252F%252Fkpl.example%252Fnews%252F1",
        A,
    ),
    "a wrapper around nothing": ("https://www.google.com/url?q=kpl", "https://google.com/url?q=kpl"),
    "url that is an article's": (
        "https://kpl.example/v?url=https://x.example/", "https://kpl.example/v?url=https://x.example/",
    ),
    # Spelling
    "IDN": ("https://www.ລາວ.example/1", "https://xn--q7ce6a.example/1"),
    "punycode": ("https://xn--q7ce6a.example/1", "https://xn--q7ce6a.example/1"),
    "letters as they are": ("https://kpl.example/ລາວ", "https://kpl.example/%E0%BA%A5%E0%BA%B2%E0%BA%A7"),
    "small hex digits": ("https://kpl.example/%e0%ba%a5", "https://kpl.example/%E0%BA%A5"),
    "needless percent signs": ("https://kpl.example/%6eews/%31", A),
    "a slash that is no separator": ("https://kpl.example/a%2Fb", "https://kpl.example/a%2Fb"),
    "decomposed letters": ("https://kpl.example/cafe\u0301", "https://kpl.example/caf%C3%A9"),
    "decomposed Hangul": ("https://kpl.example/\u1112\u1161\u11ab", "https://kpl.example/%ED%95%9C"),
    "a blank in the path": ("https://kpl.example/a b", "https://kpl.example/a%20b"),
    "IPv6": ("http://[2001:DB8::1]:80/news/1", "https://[2001:db8::1]/news/1"),
    "a tag": ("tag:kpl.example,2026:1", "tag:kpl.example,2026:1"),
    "no host": ("https:///news/1", "https:///news/1"),
    "no address at all": (" what is this ", "what is this"),
    "an impossible port": ("https://kpl.example:99999999/", "https://kpl.example:99999999/"),
    "brackets and no host": ("HTTP://[]@", "HTTP://[]@"),
    "a broken address": ("http://[::1/x", "http://[::1/x"),
    "nothing": ("", ""),
}  # fmt: skip


@pytest.mark.parametrize("case", SAME)
def test_every_form_of_an_address_has_one_canonical_form(case: str) -> None:
    given_form, canonical = SAME[case]
    assert canonical_url(given_form) == canonical


def test_the_table_is_large_enough() -> None:
    assert len(SAME) >= 110


def test_different_articles_keep_different_addresses() -> None:
    apart = [
        f"{A}?id=1", f"{A}?id=2", f"{A}?p=1", f"{A}?ref=1", "https://kpl.example/news/2", "https://kpl.example/News/1",
        "https://other.example/news/1", "https://en.kpl.example/news/1", "https://kpl.example/news?1",
    ]  # fmt: skip
    assert len({canonical_url(link) for link in apart}) == len(apart)


PIECES = st.sampled_from(
    ["http://", "https://", "HTTPS://", "www.", "m.", "amp.", "kpl.example", "ລາວ.example", "google.com",
     "/url?q=", "/amp/s/", "/amp", "/amp/", "c/s/", "x.cdn.ampproject.org/", "/", "//",
     "..", "?", "&", "&amp;", "=", "#", "#!", ":", ":80", "@", "%",
     "%2F", "%25", "%252525", "%E0%BA", "é", "e\u0301", ";jsessionid=1", "utm_source=x", "id=1", "index.html",
     ".amp.html", " ", "[", "]", "::1", "\\", "\u0000", "\u200b", "\ud800", "١", "+", "%2B", "(S(1))"]
)  # fmt: skip


@example("http://[]@/news/1")
@given(st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=14).map("".join)))
def test_the_canonical_form_never_raises_and_is_its_own_canonical_form(link: str) -> None:
    once = canonical_url(link)
    assert canonical_url(once) == once


# A decomposed letter beside an escaped slash: the slash must not become one.
@example("https://kpl.example/%2Fe\u0301")
# Encoding makes it longer, leaving out one AMP folder shorter: that is no reason to stop there.
@example("https://kpl.example//amp/amp/s/\u200b")
@given(st.lists(PIECES, max_size=14).map(lambda parts: "https://kpl.example/" + "".join(parts)))
def test_case_and_scheme_of_the_host_never_matter(link: str) -> None:
    other = "HTTP://WWW.KPL.EXAMPLE" + link.removeprefix("https://kpl.example")
    assert canonical_url(other) == canonical_url(link)


HOSTS = st.lists(
    st.sampled_from(["www", "m", "mobile", "kpl", "co", "la", "x--y", "127", "0", "example"]),
    min_size=1,
    max_size=5,
).map(".".join)
PATHS = st.lists(
    st.sampled_from(
        ["", "/", "/a", "/..", "/.", "/index.html", "/~x", "/-", "/a.b", "/index.shtml", "_", "/2026"]
    ),
    max_size=6,
).map("".join)


@given(st.sampled_from(["http://", "https://"]), HOSTS, PATHS)
def test_what_is_read_the_short_way_reads_the_same_the_long_way(scheme: str, host: str, path: str) -> None:
    # A parameter that says nothing leads past the shortcut for plain addresses.
    assert canonical_url(f"{scheme}{host}{path}") == canonical_url(f"{scheme}{host}{path}?utm_source=rss")


def test_wrappers_within_wrappers_come_to_an_end() -> None:
    assert canonical_url("https://google.com/amp/s/" + "google.com/amp/s/" * 20 + "kpl.example/news/1") == A


@pytest.mark.parametrize(
    "link",
    ["https://google.com/amp/s/" + "google.com/amp/s/" * 2000 + "kpl.example/news/1", f"{A}{'.amp' * 8000}",
     "https://kpl.example" + "/amp" * 8000 + "/x", f"{A}{'/index.html' * 3000}",
     f"{A}{'.amp' * 8000}.html", "https://" + "m." * 120 + "kpl.example/news/1?utm_source=x"],
)  # fmt: skip
def test_what_nobody_writes_takes_no_time(link: str) -> None:
    began = process_time()
    once = canonical_url(link)
    assert process_time() - began < 0.5
    assert canonical_url(once) == once
