"""All watches against one article: order, offsets, the unread body, term sets, filters, hostile text."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.matching import Watchlist, compile_filter
from alerts.query import reading
from alerts.query.errors import QueryError, TermSetError, WatchError
from alerts.watch import Hit, Watch
from archive.article import Article, Outlet
from tests.query.build import article, spelled, term_set, watchlist

LAOS = term_set(
    "laos",
    spelled("en", "Laos", "Lao PDR", "Vientiane", fuzzy=True),
    spelled("lo", "ລາວ", company={"any": ["ສປປ"], "within": 2}),
    spelled("ko", "라오스"),
    spelled("zh", "老挝"),
    spelled("ja", "ラオス"),
)
NORTH = term_set(
    "north-korea",
    spelled("ko", "북한*", "北", no=["북한산"]),
    {"exact": ["NK"], "with": {"any": ["missile"]}},
)
SETS = {"laos": LAOS, "north-korea": NORTH}


def _names(watches: Watchlist, about: Article) -> list[str]:
    return [match.watch for match in watches.match(about)]


def test_watches_fire_in_their_order_with_their_urgency() -> None:
    watches = Watchlist.compile(
        [
            Watch(name="second", query="laos"),
            Watch(name="first", query="@laos", urgency="breaking"),
            Watch(name="off", query="laos", enabled=False),
            Watch(name="other", query="@north-korea"),
        ],
        SETS,
    )
    matches = watches.match(article("Laos"))
    assert [(match.watch, match.urgency) for match in matches] == [
        ("second", "normal"),
        ("first", "breaking"),
    ]


def test_the_evidence_has_field_offsets_text_term_and_set() -> None:
    matches = watchlist("@laos", LAOS).match(article("In Ｌａｏｓ", "Vientaine’s  Lao\nPDR", "x 老挝"))
    assert matches[0].hits == (
        Hit("title", 3, 7, "Ｌａｏｓ", "laos 0", "laos"),
        Hit("summary", 0, 9, "Vientaine", "laos 0", "laos"),
        Hit("summary", 13, 20, "Lao\nPDR", "laos 0", "laos"),
        Hit("body", 2, 4, "老挝", "laos 3", "laos"),
    )


def test_what_spares_an_article_from_unless_is_no_evidence() -> None:
    watches = watchlist("@laos", LAOS, unless="sport AND NOT (war OR title:@laos)")
    about = article("Football in Asia", "sport in time of war", "A team from Laos")
    assert [hit.text for match in watches.match(about) for hit in match.hits] == ["Laos"]
    assert [hit.text for hit in watches.explain(about, "watch").hits] == ["Laos"]


def test_watches_of_negations_and_facts_alone_fire_too() -> None:
    watches = Watchlist.compile(
        [
            Watch(name="no-laos", query="NOT @laos"),
            Watch(name="kcna", query="source:kcna"),
            Watch(name="either", query="sport OR NOT lang:en"),
            Watch(name="word", query="sport AND NOT lang:en"),
        ],
        SETS,
    )
    kcna = Outlet("kcna", "KCNA", "KP", ("en",), "state-media", 3)
    assert _names(watches, article("x", outlet=kcna)) == ["no-laos", "kcna"]
    assert _names(watches, article("Laos", language="fr")) == ["either"]
    assert _names(watches, article()) == ["no-laos", "either"]


def test_a_body_that_has_not_been_read_counts_as_empty() -> None:
    assert _names(watchlist("NOT body:laos"), article("x", "", None)) == ["watch"]
    assert _names(watchlist("NOT body:laos"), article("x", "", "laos")) == []


@pytest.mark.parametrize(
    ("query", "about", "wanted"),
    [
        ("@laos", article("Laos"), False),
        ("laos AND railway", article("Laos"), True),
        ("laos AND railway", article("China"), False),
        ("laos AND NOT sport", article("Laos"), True),
        ("title:laos AND NOT title:sport", article("Laos"), False),
        ("count(laos) >= 2", article("Laos"), True),
        ("laos NEAR/3 railway", article("Laos"), True),
        ("title:(laos NEAR/3 railway)", article("Laos"), False),
        ("body:laos", article("Laos"), True),
        ("lead:laos AND railway", article("Laos", "China"), False),
        ("laos AND railway AND lang:fr", article("Laos", language="en"), False),
        ("laos AND railway", article("Laos", "", ""), False),
        ("@north-korea", article("NK"), True),
        ("NOT laos", article("Laos"), False),
    ],
)
def test_a_page_is_wanted_where_it_can_decide(query: str, about: Article, wanted: bool) -> None:
    assert watchlist(query, LAOS, NORTH).wants_body(about) is wanted


def test_unless_can_make_a_page_wanted() -> None:
    assert watchlist("@laos", LAOS, unless="sport").wants_body(article("Laos"))


def test_a_word_that_only_unless_asks_for_makes_no_page_wanted() -> None:
    watches = watchlist("@laos", LAOS, unless="sport AND NOT war")
    assert not watches.wants_body(article("War"))


def test_all_terms_of_all_sets_can_be_listed() -> None:
    hits = watchlist("sport", LAOS, NORTH).terms_in(article("북한과 라오스, NK sport"))
    assert [(hit.text, hit.set) for hit in hits] == [("북한", "north-korea"), ("라오스", "laos")]


@pytest.mark.parametrize(
    ("watch", "says"),
    [
        (
            Watch(name="w", query="@loas"),
            "watch w: query: unknown term set @loas at character 1, did you mean @laos?",
        ),
        (Watch(name="w", query="a", unless="b OR @x"), "watch w: unless: unknown term set @x at character 6"),
        (Watch(name="w", query="a AND"), "watch w: query: a word is missing at the end at character 6"),
    ],
)
def test_an_error_names_watch_and_key(watch: Watch, says: str) -> None:
    with pytest.raises(WatchError) as caught:
        Watchlist.compile([watch], SETS)
    assert str(caught.value) == says
    assert isinstance(caught.value, QueryError)


@pytest.mark.parametrize("spelling", ["…", "*", "\u0301a", "\u200b"])
def test_a_spelling_that_cannot_be_found_is_an_error(spelling: str) -> None:
    with pytest.raises(TermSetError, match=r"term set s: s 0: spell\.en: "):
        Watchlist.compile([], {"s": term_set("s", spelled("en", spelling))})


def test_a_silenced_set_matches_nothing() -> None:
    silenced = replace(LAOS, enabled=False)
    watches = Watchlist.compile([Watch(name="w", query="@laos")], {"laos": silenced})
    assert watches.match(article("Laos")) == []


def test_one_watchlist_replaces_another_without_touching_it() -> None:
    old = watchlist("laos")
    new = watchlist("china")
    assert _names(old, article("Laos")) == ["watch"]
    assert _names(new, article("Laos")) == []


def test_a_filter_is_a_query_that_may_hold_facts_alone() -> None:
    aggregator = Outlet("g", "G", kind="aggregator")
    passes = compile_filter("NOT kind:aggregator OR @north-korea", SETS)
    assert passes(article("x"))
    assert not passes(article("x", outlet=aggregator))
    assert passes(article("북한", outlet=aggregator))
    with pytest.raises(QueryError, match=r"unknown term set @nort at character 1"):
        compile_filter("@nort", SETS)


_pieces = st.one_of(
    st.sampled_from(
        [
            "Laos",
            "LAO  PDR",
            "Lao\u200b PDR",
            "ສປປ ລາວ",
            "ລາວ",
            "라오스에서",
            "북한산",
            "北",
            "ﾗｵｽ",
            "老挝",
            "ﬁ",
            "İ",
            "½",
        ]
    ),
    st.sampled_from(
        [" ", "\n\n", ", ", "e\u0301", "\ud800", "🙂", "นํ้า", "NK", "missile", "\u0301", "라오스"]
    ),
    st.text(max_size=3),
)
_fields = st.lists(_pieces, max_size=8).map("".join)


@pytest.mark.parametrize(
    ("query", "text", "may"),
    [
        ("@laos", "Vientiane opens a dam", True),
        ("@laos AND @north-korea", "Laos", True),
        ("@laos", "A dam in Peru", False),
        ("NOT @laos", "A dam in Peru", True),
        ("@laos OR lang:lo", "A dam in Peru", True),
    ],
)
def test_an_article_on_which_no_watch_may_fire_is_known_by_its_words(
    query: str, text: str, may: bool
) -> None:
    assert watchlist(query, LAOS, NORTH).may_fire([article(text)]) == [may]


@given(st.lists(st.tuples(_fields, _fields, _fields), max_size=30))
def test_none_that_may_fire_is_missed_among_others(all_fields: list[tuple[str, str, str]]) -> None:
    watches = watchlist("@laos OR @north-korea OR 라오스 OR =NK OR miss*", LAOS, NORTH)
    about = [article(*fields) for fields in all_fields]
    alone = [bool(watches.match(one)) for one in about]
    assert all(may or not fires for may, fires in zip(watches.may_fire(about), alone, strict=True))


def test_of_many_articles_those_that_may_fire_are_known() -> None:
    texts = ["Laos", "Peru", "Vientiane opens a dam", "", "x" * 5000, "Lao", "s"] * 9
    may = watchlist("@laos", LAOS, NORTH).may_fire(list(map(article, texts)))
    assert may == [True, False, True, False, True, False, False] * 9


@given(_fields, _fields, _fields)
def test_a_hit_is_the_slice_of_the_field_at_its_offsets(title: str, summary: str, body: str) -> None:
    about = article(title, summary, body)
    watches = watchlist("@laos OR @north-korea OR 라오스 OR =NK OR miss*", LAOS, NORTH)
    places = []
    for match in watches.match(about):
        assert watches.may_fire([about]) == [True]
        for hit in match.hits:
            assert getattr(about, hit.field)[hit.start : hit.end] == hit.text
            assert hit.text
            places.append((["title", "summary", "body"].index(hit.field), hit.start))
    assert places == sorted(places)


_WATCHES = watchlist("@laos OR @north-korea OR 라오스 OR =NK OR miss*", LAOS, NORTH)


@given(st.lists(_pieces, min_size=10, max_size=30).map("".join))
def test_a_long_text_is_read_piece_by_piece_with_the_same_result(body: str) -> None:
    whole = _WATCHES.match(article("", "", body))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "WINDOW", 1)
        assert _WATCHES.match(article("", "", body)) == whole


_MIB = 1 << 20


@pytest.mark.parametrize(
    "text",
    [
        "가" * _MIB,
        "북한" * (_MIB // 2),
        "北 " * (_MIB // 2),
        "老挝" * (_MIB // 2),
        "Laos " * (_MIB // 5),
        "a" + "\u0301\u0323" * (_MIB // 2),
        "NK " * (_MIB // 3),
        "\ud800" * _MIB,
        "ລາວ" * (_MIB // 3),
        "은" * _MIB,
    ],
    ids=["hangul", "words", "hanja", "han", "latin", "marks", "company", "surrogates", "lao", "particles"],
)
@pytest.mark.timeout(30)
def test_a_hostile_page_costs_bounded_time(text: str) -> None:
    watches = watchlist(
        "@laos NEAR/5 @north-korea OR count(@laos OR @north-korea) >= 999 "
        "OR 老挝 NEAR/2 老挝 NEAR/2 老挝 OR 가 OR 은*",
        LAOS,
        NORTH,
    )
    start = time.process_time()
    for match in watches.match(article("x", "", text)):
        assert all(text[hit.start : hit.end] == hit.text for hit in match.hits)
    assert time.process_time() - start < 10


# Every spelling of the first, and every n of the third, is found at every character of a page of 가.
_NESTED = term_set(
    "nested", spelled("ko", *("가" * n for n in range(1, 150)), *map("낱말{}".format, range(10_000)))
)
_QUERIES = {
    "nested words": " OR ".join("가" * n for n in range(1, 150)),
    "alternatives": " OR ".join(f"가{i}" for i in range(1_400)),
    "a set of 10,000": "@nested",
    "nots": "NOT " * 62 + "가",
    "brackets": "(" * 60 + "가 OR (NOT b AND c)" + ")" * 60,
    "near": "(가 OR 나 OR 다) NEAR/999 (가 OR 나) NEAR/999 (가 OR 다) NEAR/999 나",
    "counts": " AND ".join(f"count(가 OR 나 OR w{i}) >= {i + 1}" for i in range(250)),
}


@pytest.mark.parametrize("query", _QUERIES.values(), ids=_QUERIES)
@pytest.mark.parametrize("size", [_MIB // 16, pytest.param(_MIB, marks=pytest.mark.full)])
@pytest.mark.timeout(60)
def test_a_query_at_its_bounds_costs_bounded_time_on_a_hostile_page(query: str, size: int) -> None:
    watches = watchlist(query, *([_NESTED] if "@" in query else []))
    start = time.process_time()
    for text in ("가" * size, "다 가 나 " * (size // 6)):
        for match in watches.match(article("x", "", text)):
            assert all(text[hit.start : hit.end] == hit.text for hit in match.hits)
    assert time.process_time() - start < 20


def test_many_watches_on_many_terms_compile_and_match() -> None:
    sets = {
        f"s{i}": term_set(f"s{i}", *(spelled("en", f"word{i}x{j}") for j in range(100))) for i in range(20)
    }
    watches = [Watch(name=f"w{i}", query=f"@s{i % 20} AND NOT (sport OR title:x{i})") for i in range(300)]
    compiled = Watchlist.compile(watches, sets)
    assert _names(compiled, article("word7x42")) == [f"w{i}" for i in range(300) if i % 20 == 7]


def test_a_list_is_swapped_by_one_assignment_while_others_match() -> None:
    about = article("Laos", "北한 missile NK", "라오스 " * 50)
    names = [("a", "b"), ("c", "d", "e")]
    lists = [[Watch(name=name, query="@laos OR @north-korea") for name in group] for group in names]
    current = Watchlist.compile(lists[0], SETS)
    seen: set[tuple[str, ...]] = set()
    ended = threading.Event()

    def match() -> None:
        while not ended.is_set():
            seen.add(tuple(_names(current, about)))

    with ThreadPoolExecutor(2) as pool:
        matching = [pool.submit(match) for _ in range(2)]
        for turn in range(1, 40):
            current = Watchlist.compile(lists[turn % 2], SETS)
            # The new list answers at once, also to those who matched with the old one.
            assert tuple(_names(current, about)) == names[turn % 2]
        ended.set()
        for one in matching:
            one.result()
    assert seen <= set(names)
