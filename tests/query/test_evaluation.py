"""True, false, or unknown before the page is read."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.matching import Watchlist
from alerts.query.printing import print_query
from alerts.query.tree import TEXT_SCOPES, And, Count, InScope, Near, Node, Not, Or, SetRef, TextScope, Word
from alerts.watch import Watch
from archive.article import Article, Kind, Outlet
from tests.query.build import article, fires, hits, spelled, term_set, watchlist

LAOS = term_set("laos", spelled("en", "Laos", "Vientiane"))
OUTLET = Outlet("kcna", "KCNA", "KP", ("en",), "state-media", 3)


@pytest.mark.parametrize(
    ("query", "about", "expected"),
    [
        ("a b", article("a", "b"), True),
        ("a b", article("a"), False),
        ("a OR b", article("", "", "b"), True),
        ("NOT a", article("b"), True),
        ("title:a", article("", "a"), False),
        ("body:a", article("", "", "a"), True),
        ("lead:a", article("", "a", "b"), True),
        ("lead:a", article("", "b", "a"), False),
        ("lead:a", article("", "", "a" + " x" * 300), True),
        ("lead:a", article("", "", "x " * 150 + "a"), False),
        ("lead:a", article("", "  ", "a"), True),
        ("title:(a OR b) c", article("b", "c"), True),
        ("a NEAR/2 b", article("a x y b"), True),
        ("a NEAR/2 b", article("b x y a"), True),
        ("a NEAR/1 b", article("a x y b"), False),
        ("a NEAR/9 b", article("a", "b"), False),
        ("a NEAR/3 a", article("a"), False),
        ("a NEAR/3 a", article("a x a"), True),
        ("a NEAR/1 b NEAR/1 c", article("a b x c"), True),
        ("a NEAR/1 b NEAR/1 c", article("a b x x c"), False),
        ("(a OR d) NEAR/1 b", article("d b"), True),
        ("title:(a NEAR/1 b)", article("", "a b"), False),
        ("朝鲜 NEAR/2 导弹", article("朝鲜发射的导弹"), True),
        ("朝鲜 NEAR/1 导弹", article("朝鲜发射的导弹"), False),
        ("@laos NEAR/1 railway", article("Vientiane railway"), True),
        ("count(a) >= 2", article("a", "a"), True),
        ("count(a) >= 3", article("a", "a"), False),
        ("title:(count(a) >= 2)", article("a a"), True),
        ("title:(count(a) >= 2)", article("a", "a"), False),
        ('count("a b" OR a OR b) >= 2', article("a b"), False),
        ('count("a b" OR a OR b) >= 2', article("a b a"), True),
        ("count(@laos) >= 2", article("Laos, Vientiane"), True),
        ("lang:ko", article("북한"), True),
        ("lang:en", article("Laos", outlet=OUTLET), True),
        ("lang:zh", article("x", language="zh-Hant"), True),
        ("lang:zh", article("x"), False),
        ("source:kcna", article("x", outlet=OUTLET), True),
        ("source:feed", article("x", outlet=OUTLET), True),
        ("country:kp kind:state-media tier:3", article("x", outlet=OUTLET), True),
        ("country:kp", article("x"), False),
        ("NOT kind:wire", article("x"), True),
        ("tier:(1 OR 2)", article("x", outlet=OUTLET), False),
        ("@laos AND lang:en", article("Laos", language="en"), True),
    ],
)
def test_a_query_is_true_or_false(query: str, about: Article, expected: bool) -> None:
    assert fires(query, about, LAOS) is expected


def test_unless_keeps_a_watch_silent() -> None:
    sport = term_set("sport", spelled("en", "football"))
    unless = "@sport AND NOT title:@laos"
    assert not fires("@laos", article("Football in Asia", "A team from Laos"), LAOS, sport, unless=unless)
    assert fires("@laos", article("Laos invaded", "football stadium hit"), LAOS, sport, unless=unless)


@pytest.mark.parametrize(
    ("query", "about", "words"),
    [
        ("a b", article("b", "a", "a"), ["b", "a", "a"]),
        ("a OR b", article("a"), ["a"]),
        ("(a AND c) OR b", article("a b"), ["b"]),
        ("a AND NOT c", article("a b"), ["a"]),
        ("NOT (NOT a)", article("a"), ["a"]),
        ("NOT (NOT a OR c)", article("a b"), ["a"]),
        ("title:a", article("a", "a"), ["a"]),
        ("a NEAR/1 b", article("a x b x x x x a"), ["a", "b"]),
        ("count(a OR b) >= 2", article("b a"), ["b", "a"]),
        ("NOT c", article("a"), []),
        ("a OR a", article("a"), ["a"]),
    ],
)
def test_the_evidence_is_what_supports_the_query(query: str, about: Article, words: list[str]) -> None:
    assert [hit.text for hit in hits(query, about)] == words


_VOCABULARY = ["alpha", "beta", "gamma"]
_SETS = (
    term_set("s", spelled("en", "alpha"), spelled("en", "gamma", company={"any": ["beta"]})),
    term_set("t", spelled("en", "beta", company={"any": ["@s"], "within": 1})),
)
_words: st.SearchStrategy[Node] = st.sampled_from(_VOCABULARY).map(Word)
_atoms: st.SearchStrategy[Node] = st.one_of(_words, st.sampled_from(["s", "t"]).map(SetRef))
_leaves: st.SearchStrategy[Node] = st.one_of(
    _atoms,
    st.builds(Near, _atoms, _atoms, st.integers(1, 2)),
    st.builds(Count, _atoms, st.integers(1, 3)),
)


def _deeper(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    pairs = st.tuples(inner, inner)
    return st.one_of(pairs.map(And), pairs.map(Or), inner.map(Not))


_texts = st.recursive(_leaves, _deeper, max_leaves=4)
_trees = st.recursive(
    st.one_of(_texts, st.builds(InScope, st.sampled_from(TEXT_SCOPES), _texts)), _deeper, max_leaves=5
)
_fields = st.lists(st.sampled_from([*_VOCABULARY, "x"]), max_size=4).map(" ".join)


def _compiled(tree: Node) -> Watchlist:
    return watchlist(print_query(tree), *_SETS)


@given(_trees, _fields, _fields, _fields)
def test_what_is_known_without_the_page_stays_so_with_any_page(
    tree: Node, title: str, summary: str, body: str
) -> None:
    watches = _compiled(tree)
    before = watches.explain(article(title, summary), "watch").value
    for page in ("", body, "alpha beta gamma beta alpha"):
        after = bool(watches.match(article(title, summary, page)))
        assert before is None or before is after


@given(_trees, _fields, _fields)
def test_a_page_is_wanted_only_where_it_can_decide(tree: Node, title: str, summary: str) -> None:
    watches = _compiled(tree)
    about = article(title, summary)
    if watches.wants_body(about):
        assert watches.explain(about, "watch").value is None


@given(_trees, _fields, _fields, _fields)
def test_matching_agrees_with_explaining(tree: Node, title: str, summary: str, body: str) -> None:
    watches = _compiled(tree)
    about = article(title, summary, body)
    explanation = watches.explain(about, "watch")
    matches = watches.match(about)
    assert explanation.value is bool(matches)
    assert (explanation.failed is None) is bool(matches)
    assert explanation.hits == (matches[0].hits if matches else ())


def _plainly(tree: Node, fields: dict[str, list[str]], scope: TextScope | None = None) -> bool:
    """The meaning of AND, OR, NOT, words and fields, written down once more."""
    match tree:
        case And(parts=parts):
            return all(_plainly(part, fields, scope) for part in parts)
        case Or(parts=parts):
            return any(_plainly(part, fields, scope) for part in parts)
        case Not(part=part):
            return not _plainly(part, fields, scope)
        case InScope(scope=inner, part=part):
            return _plainly(part, fields, inner)
        case Word(text=text):
            if scope == "lead":
                return text in (fields["summary"] or fields["body"])
            return any(text in fields[name] for name in ([scope] if scope else fields))
        case _:
            raise AssertionError(tree)


_plain_texts = st.recursive(_words, _deeper, max_leaves=4)
_plain_scoped = st.builds(InScope, st.sampled_from(TEXT_SCOPES), _plain_texts)
_plain_trees = st.recursive(st.one_of(_plain_texts, _plain_scoped), _deeper, max_leaves=5)


@given(_plain_trees, _fields, _fields, _fields)
def test_logic_means_what_it_says(tree: Node, title: str, summary: str, body: str) -> None:
    fields = {"title": title.split(), "summary": summary.split(), "body": body.split()}
    watches, about = _compiled(tree), article(title, summary, body)
    assert bool(watches.match(about)) is _plainly(tree, fields)
    assert watches.may_fire([about]) == [True] or not _plainly(tree, fields)


def test_every_kind_of_outlet_can_be_asked_for() -> None:
    for kind in get_args(Kind):
        about = article("x", outlet=Outlet("o", "O", kind=kind))
        assert Watchlist.compile([Watch(name="w", query=f"kind:{kind}")], {}).match(about)
