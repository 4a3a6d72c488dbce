"""The normal form: what is printed reads back as the same query."""

from hypothesis import given
from hypothesis import strategies as st

from alerts.query.kept import packed, unpacked
from alerts.query.parse import QueryError, parse_query
from alerts.query.printing import print_query
from alerts.query.tree import (
    And,
    Count,
    Exact,
    InScope,
    Meta,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Query,
    SetRef,
    Word,
)

_WORDS = [
    "laos",
    "count",
    "and",
    "2024",
    "ANDROID",
    "NOTE",
    "U.S.",
    "북한",
    "朝鮮",
    "NEARBY",
    "title",
    "'s",
    "G20",
]
words = st.sampled_from(_WORDS)
phrases = st.sampled_from(["AND", "a b", "（x）", "NEAR/3 b", "count(a)", "=x", "kim jong un", "12:30"])
atoms = st.one_of(
    words.map(Word),
    st.one_of(words, phrases).map(Phrase),
    st.sampled_from(["missile", "북", "朝", "count"]).map(Prefix),
    st.one_of(words, st.sampled_from(["AND", "NEAR/3", "a b", "2", "“x”"])).map(Exact),
    st.sampled_from(["laos", "north-korea-", "North", "x"]).map(SetRef),
)
facts = st.one_of(
    st.lists(st.sampled_from(["wire", "ngo"]), min_size=1, max_size=2, unique=True).map(
        lambda v: Meta("kind", tuple(v))
    ),
    st.sampled_from(["en", "zh-hans"]).map(lambda v: Meta("lang", (v,))),
    st.just(Meta("tier", ("1", "2"))),
    st.just(Meta("country", ("LA", "INT"))),
    st.just(Meta("source", ("laotian-times", "kcna"))),
)


def _joined(kind: type[And] | type[Or], parts: list[Node]) -> Node:
    flat: list[Node] = []
    for part in parts:
        flat += part.parts if isinstance(part, kind) else [part]
    return kind(tuple(flat))


def _either(of: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.lists(of, min_size=2, max_size=3).map(lambda parts: _joined(Or, parts))


near_1: st.SearchStrategy[Node] = st.builds(
    Near, st.one_of(atoms, _either(atoms)), atoms, st.integers(1, 999)
)
near_2: st.SearchStrategy[Node] = st.builds(
    Near, st.one_of(near_1, _either(near_1)), st.one_of(near_1, _either(atoms)), st.integers(1, 9)
)
counts: st.SearchStrategy[Node] = st.builds(Count, st.one_of(atoms, _either(atoms)), st.integers(1, 999))
leaves = st.one_of(atoms, near_1, near_2, counts)


def _deeper(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: _joined(And, parts)),
        _either(inner),
        inner.map(Not),
    )


texts = st.recursive(leaves, _deeper, max_leaves=6)
scoped: st.SearchStrategy[Node] = st.builds(InScope, st.sampled_from(["title", "lead", "body"]), texts)
trees = st.recursive(st.one_of(leaves, scoped, facts), _deeper, max_leaves=8)


@given(trees)
def test_a_printed_query_reads_back_equal(tree: Node) -> None:
    assert parse_query(print_query(tree)) == Query(tree)


@given(trees)
def test_what_is_kept_is_the_same_query_from_the_same_places(tree: Node) -> None:
    text = print_query(tree)
    ((of, kept),) = unpacked(packed([text])).items()
    assert of == text
    # With the places, which take no part in comparison.
    assert repr(kept) == repr(parse_query(text).root)


_TYPED = st.text(alphabet='ab ()"*=@:<>^ANDORT/3-–“”（）＠：北한\u0301,.\n', max_size=40)


@given(_TYPED)
def test_whatever_can_be_read_is_printed_in_one_normal_form(text: str) -> None:
    query = _read(text)
    if query is None:
        return
    printed = print_query(query)
    assert parse_query(printed) == query
    assert print_query(parse_query(printed)) == printed


def _read(text: str) -> Query | None:
    try:
        return parse_query(text)
    except QueryError:
        return None


@given(_TYPED)
def test_an_error_lies_in_the_text_and_has_a_picture(text: str) -> None:
    try:
        parse_query(text)
    except QueryError as error:
        position, picture = error.position, error.caret(text)
    else:
        return
    assert 0 <= position <= len(text)
    assert picture.endswith("^")
