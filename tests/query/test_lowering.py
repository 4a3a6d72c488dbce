"""What is asked of the index: true of every article of which the query is true."""

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from alerts.matching import compile_filter
from alerts.query.errors import QueryError
from alerts.query.lowering import lower
from archive.article import Article
from archive.sought import ALL, NONE, AllOf, Sought
from archive.text.folding import fold
from archive.text.tokens import Token, tokens
from tests.examples import examples
from tests.query.build import article, spelled, term_set

SETS = (
    term_set(
        "people",
        spelled("en", "Thongloun Sisoulith", fuzzy=True),
        spelled("en", "Vientiane*", "P'yŏngyang", "Kim Jong-un"),
        spelled("ko", "김정은", "북", "北", company={"any": ("@places", "미사일"), "within": 5}),
    ),
    term_set(
        "places",
        spelled("lo", "ສປປ ລາວ", "ນໍ້າງື່ມ", "ລາວ"),
        spelled("th", "ลาว", "น้ำ", no=("คลาวด์",)),
        spelled("my", "လာအို", "k မြောက်ကိုရီးယား"),
        spelled("km", "ឡាវ", "កូរ៉េ"),
        spelled("vi", "Lào", "Triều Tiên"),
        spelled("zh", "朝鲜", "老挝", "北朝鮮"),
        spelled("ja", "ラオス", "平壌"),
        {"exact": ("ASEAN", "NK", "D.P.R.K.", "ЛНДР")},
        spelled("ko", "라오스", "한", company={"any": ("@people",)}),
    ),
)
BY_NAME = {one.name: one for one in SETS}

WORDS = (
    "laos", "Laos", "ASEAN", "NK", "G20", "covid19", "2026", "kim jong-un", "Kim Jong Un", "d.p.r.k.",
    "thongloun sisoulith", "thonglun sisoulith", "vientianes", "p’yŏngyang", "북", "북한", "김정은", "한",
    "미사일", "北", "北朝鮮", "朝鲜", "老挝", "ラオス", "平壌の", "ลาว", "คลาวด์", "น้ำ", "นํ้า", "ລາວ",
    "ສປປ ລາວ", "ນໍ້າງື່ມ", "ឡាវ", "កូរ៉េ", "លា", "လာအို", "မြောက်ကိုရီးယား", "ေျမာက္ကိုရီးယား", "Lào",
    "Triều Tiên", "ЛНДР", "кндр", "straße", "ﬁre", "ＬＡＯＳ", "x" * 31, "x" * 32, "x" * 40,
)  # fmt: skip
BETWEEN = (
    "", " ", "-", "'", ".", "  ", "\n", "。", "\u200b", "\u0301", "\u0e49", "\u1031", "\u0f72", "a", "1",
    "한", "北", "ก", "ລ", "က", "ក", "は", "\ud800", "\x00", "_", "½",
)  # fmt: skip
written = st.lists(st.tuples(st.sampled_from(BETWEEN), st.sampled_from(WORDS)), max_size=6).map(
    lambda parts: "".join(between + word for between, word in parts)
)
letters = st.text(alphabet=[*"ablo 1A.\u0301北한라ลาวລາកက", "\u1031", "\u103a"], min_size=1, max_size=5)
texts = st.one_of(written, st.lists(letters, max_size=6).map("".join), st.text(max_size=20))

asked = st.one_of(st.sampled_from(WORDS), letters, st.text(min_size=1, max_size=3)).map(
    lambda word: word.replace('"', "").strip()
)
atoms = st.one_of(
    asked.map('"{}"'.format), asked.map('="{}"'.format), asked.map("{}*".format), asked,
    st.sampled_from(["@people", "@places"]),
)  # fmt: skip
facts = st.sampled_from(["lang:en", "kind:wire", "source:feed"])


def _deeper(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    two = st.tuples(inner, inner)
    return st.one_of(
        two.map("({0[0]}) OR ({0[1]})".format),
        two.map("({0[0]}) AND ({0[1]})".format),
        inner.map("NOT ({})".format),
        st.tuples(st.sampled_from(["title", "lead", "body"]), inner).map("{0[0]}:({0[1]})".format),
    )


leaves = st.one_of(
    atoms,
    st.tuples(atoms, st.integers(1, 9), atoms).map("{0[0]} NEAR/{0[1]} {0[2]}".format),
    st.tuples(atoms, st.integers(1, 2)).map("count({0[0]}) >= {0[1]}".format),
    facts,
)
queries = st.recursive(leaves, _deeper, max_leaves=5)


def has(sought: Sought, held: set[str]) -> bool:
    """What a database answers."""
    if isinstance(sought, Token):
        return any(one.startswith(sought.text) if sought.is_open else one == sought.text for one in held)
    over = all if isinstance(sought, AllOf) else any
    return over(has(part, held) for part in sought.parts)


def tokens_of(about: Article) -> set[str]:
    return {
        token for text in (about.title, about.summary, about.body or "") for token in tokens(fold(text).text)
    }


@given(queries, texts, texts, texts)
@examples(400)
@example('"ေျမာက္ကိုရီးယား"', "aေျမာက္ကိုရီးယား", "", "")
@example("@places", "xk ေျမာက္ကိုရီးယား", "", "")
@example("@places", "ASEAN2026", "", "")
@example('"\u0301a"', "x\u0301a", "", "")
@example('"covid19"', "Covid19", "", "")
@example("北*", "x北", "", "")
def test_every_article_that_fits_is_found(query: str, title: str, summary: str, body: str) -> None:
    about = article(title, summary, body)
    try:
        fits = compile_filter(query, BY_NAME)
    except QueryError:
        assume(False)
        return
    if fits(about):
        assert has(fits.sought, tokens_of(about))


@given(asked, st.sampled_from(BETWEEN), st.sampled_from(BETWEEN), texts)
@examples(300)
def test_every_spelling_is_found_where_it_stands(word: str, before: str, after: str, rest: str) -> None:
    about = article(before + word + after, "", rest)
    for query in (f'"{word}"', f"{word}*", f'="{word}"'):
        try:
            fits = compile_filter(query, BY_NAME)
        except QueryError:
            continue
        if fits(about):
            assert has(fits.sought, tokens_of(about))


def sought(query: str) -> Sought:
    return compile_filter(query, BY_NAME).sought


@pytest.mark.parametrize(
    ("query", "as_good_as"),
    [
        ("laos AND NOT thailand", "laos"),
        ("laos AND lang:en", "laos"),
        ("title:laos", "laos"),
        ("count(laos) >= 3", "laos"),
        ("=LAOS", "laos"),
        ("laos NEAR/4 dam", "laos dam"),
        ('"laos dam"', "dam laos"),
        ("laos OR laos", "laos"),
    ],
    ids=["not", "fact", "scope", "count", "exact", "near", "phrase", "twice"],
)
def test_what_does_not_narrow_is_left_out(query: str, as_good_as: str) -> None:
    assert _flat(sought(query)) == _flat(sought(as_good_as))


def _flat(one: Sought) -> set[Sought]:
    return {one} if isinstance(one, Token) else set(one.parts)


@pytest.mark.parametrize("query", ["NOT laos", "lang:en", "laos OR kind:wire", "title:(NOT laos)"])
def test_where_nothing_must_occur_everything_may_fit(query: str) -> None:
    assert sought(query) == ALL


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        ("missile*", "missiles", True),
        ("missile*", "a missal", False),
        ("laos", "laosian", False),
        ("북한", "북한에서", True),
        ("북한", "북미 한국", False),
        ("ลาว", "ประเทศลาวและ", True),
        ("ลาว", "ลา าว", False),
        ("ລາວ", "ສປປ ລາວ", True),
        ("朝鲜", "在朝鲜的", True),
        ("朝鲜", "朝 鲜", False),
        ("@places", "เวลา", False),
        ("@people", "김정은 씨", False),
        ("@people", "김정은 미사일", True),
    ],
)
def test_the_index_tells_articles_apart(query: str, text: str, found: bool) -> None:
    assert has(sought(query), tokens(fold(text).text)) is found


def test_a_set_without_terms_is_found_nowhere() -> None:
    none = compile_filter("@empty", {"empty": term_set("empty")})
    assert none.sought == NONE
    assert lower(none.root, none.lexicon) == NONE
