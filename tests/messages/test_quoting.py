"""Is the sentence shown the one with the hits, short enough, and with the hits where they are?"""

from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.messages.quoting import LONGEST, Quote, quote, sentences
from alerts.watch import Hit, Match, TextField
from archive.article import Article
from tests.examples import examples


def quoted(text: str, *words: str, field: TextField = "summary") -> Quote | None:
    hits = tuple(
        Hit(field, start, start + len(word), word, word) for word in words if (start := text.find(word)) >= 0
    )
    values = {"summary": text if field == "summary" else "", "body": text if field == "body" else None}
    article = Article(id="1", url="https://example.org/1", title=text, **values)  # type: ignore[arg-type]
    return quote(article, [Match("w", "normal", hits)])


def shown(found: Quote | None) -> tuple[str, list[str]]:
    assert found is not None
    return found.text, [found.text[start:end] for start, end in found.spans]


@pytest.mark.parametrize(
    ("text", "word", "sentence"),
    [
        ("It rained. Laos won. They left.", "Laos", "Laos won."),
        ("Gen. Kim met the U.S. envoy in Laos. End.", "Laos", "Gen. Kim met the U.S. envoy in Laos."),
        ("老挝很远。朝鲜发射导弹。完。", "朝鲜", "朝鲜发射导弹。"),
        ("ຂ່າວດ່ວນ\nລາວເປີດທາງລົດໄຟ\nຈົບ", "ລາວ", "ລາວເປີດທາງລົດໄຟ"),
        ("ភ្លៀង។ ឡាវឈ្នះ។ ចប់។", "ឡាវ", "ឡាវឈ្នះ។"),
        ("비가 왔다. 북한이 발사했다. 끝.", "북한", "북한이 발사했다."),
        ("Il pleut ! Le Laos gagne. Fin.", "Laos", "Le Laos gagne."),
    ],
)
def test_the_sentence_ends_where_its_script_ends_one(text: str, word: str, sentence: str) -> None:
    assert shown(quoted(text, word)) == (sentence, [word])


def test_the_sentence_with_most_terms_wins_and_a_headline_needs_none() -> None:
    text = "Laos waits. Laos and Asean meet. Asean waits."
    hits = tuple(
        Hit("body", text.find(word, after), text.find(word, after) + len(word), word, word)
        for word, after in (("Laos", 0), ("Laos", 12), ("Asean", 12), ("Asean", 33))
    )
    article = Article(id="1", url="u", title="Laos", body=text)
    assert shown(quote(article, [Match("w", "normal", hits)])) == ("Laos and Asean meet.", ["Laos", "Asean"])
    in_title = Match("w", "normal", (Hit("title", 0, 4, "Laos", "Laos"),))
    assert quote(article, [in_title]) is None


def test_a_long_line_is_cut_at_words_around_the_hit() -> None:
    text = "word " * 200 + "Laos " + "word " * 200
    found = quoted(text, "Laos", field="body")
    assert found is not None
    assert found.text.startswith("…word ")
    assert found.text.endswith(" word…")
    assert shown(found)[1] == ["Laos"]
    assert 250 < len(found.text) <= LONGEST


@examples(300)
@given(st.text(max_size=900), st.data())
def test_any_quote_is_short_and_holds_its_first_hit(text: str, data: st.DataObject) -> None:
    places = [place for place in sentences(text) if place[1] > place[0]]
    if not places:
        return
    begin, end = data.draw(st.sampled_from(places))
    start = data.draw(st.integers(begin, end - 1))
    stop = data.draw(st.integers(start + 1, min(end, start + 40)))
    hit = Hit("body", start, stop, text[start:stop], "t")
    found = quote(Article(id="1", url="u", title="", body=text), [Match("w", "normal", (hit,))])
    assert found is not None
    assert len(found.text) <= LONGEST
    assert text[start:stop] in [found.text[first:last] for first, last in found.spans]
    assert found.text.strip("…") in text


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("Laos " + "A. " * 150_000, 1),
        ("Laos " + "." * 500_000 + " a", 1),
        ("Laos. " * 80_000, 80_000),
        ("Laos, " * 80_000, 80_000),
    ],
    ids=["abbreviations", "dots", "a hit a sentence", "one sentence of hits"],
)
def test_a_hostile_text_costs_bounded_time(text: str, hits: int) -> None:
    # Each took minutes to hours, in the thread that writes the archive.
    found = tuple(Hit("body", 6 * n, 6 * n + 4, "Laos", "Laos") for n in range(hits))
    article = Article(id="1", url="https://example.org/1", title="", body=text)
    began = perf_counter()
    made = quote(article, [Match("w", "normal", found)])
    assert perf_counter() - began < 10
    assert made is not None
    assert made.text.startswith("Laos")
    assert len(made.text) <= LONGEST
