"""How fast is matching, beside the least that it must do and beside the plain way?

Run `python -m benchmarks.matching`. On the same synthetic texts of 600 characters and in the same run:
*bare* is the fold and the automaton alone, *ours* is `Watchlist.match` with a hundred watches, *loop* is
a loop over compiled regular expressions as a keyword bot has it (`\\bterm\\b`, ignoring case), *plain*
the same without the boundaries, which finds Laos in Laosian. Texts are *quiet*, holding no term, as most
news is, or *firing*: two watches fire on each, with evidence. Printed are texts a second and the
ratios, by script and by number of terms.
"""

import random
import re
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from alerts.matching import Watchlist
from alerts.query.automaton import build_automaton
from alerts.query.terms import TermSet
from alerts.watch import Watch
from archive.article import Article
from archive.rules import checked
from archive.text.folding import fold

CHARACTERS = 600
TEXTS = 60
TERMS = (100, 500, 10_000)
WATCHES = 100
PLANTED = 2
MOST_IN_LOOP = 500
MOST_BEHIND = 3.0
LEAST_AHEAD = 20.0

# Letters, shortest and longest word, and what stands between words.
SCRIPTS: dict[str, tuple[str, int, int, str]] = {
    "en": ("etaoinshrdlucmfwypvbgk", 3, 9, " "),
    "vi": ("aăâeêioôơuưyđbcghklmnprtvxạảấầẩộờợụủ", 2, 6, " "),
    "ru": ("оеаинтсрвлкмдпуяыьгзбчйхжшюц", 3, 10, " "),
    "ko": (
        "가나다라마바사아자차카타파하고노도로모보소오조초기니디리미비시이지치국정부한북대회발사",
        2,
        4,
        " ",
    ),
    "zh": (
        "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子",
        2,
        4,
        "",
    ),
    "ja": ("のにはをたがでてとしれさあいうえおかきくけこ日本国会政府年月大中小東西南北", 2, 4, ""),
    "th": ("กขคงจชซญดตถทนบปผพมยรลวสหอ", 3, 7, ""),
    "lo": ("ກຂຄງຈສຊຍດຕຖທນບປຜຝພຟມຢຣລວຫອຮໜໝ", 3, 7, " "),
}


Work = Callable[[Article], object]


@dataclass(frozen=True)
class Trial:
    """Texts of one script, and the words that are looked for in them."""

    quiet: list[Article]
    firing: list[Article]
    words: list[str]


def trial(script: str, terms: int) -> Trial:
    """The same words and texts in every run."""
    chance = random.Random(f"{script} {terms}")
    letters, shortest, longest, gap = SCRIPTS[script]

    def word(extra: int = 0) -> str:
        return "".join(chance.choices(letters, k=chance.randint(shortest, longest) + extra))

    words = list(dict.fromkeys(word(2) for _ in range(terms * 2)))[:terms]
    quiet, firing = [], []
    for _ in range(TEXTS):
        text = gap.join(word() for _ in range(CHARACTERS // shortest))[:CHARACTERS]
        quiet.append(_article(text))
        for planted in chance.sample(words, PLANTED):
            place = chance.randrange(len(text) - len(planted))
            text = f"{text[:place]} {planted} {text[place + len(planted) + 2 :]}"
        firing.append(_article(text))
    return Trial(quiet, firing, words)


def _article(text: str) -> Article:
    return Article("1", "https://news.test/1", text[:80], text[80:])


def watchlist(words: Sequence[str]) -> Watchlist:
    """A hundred watches, each with a term set of its own; together they hold the words."""
    watches = [
        Watch(name=f"watch-{i}", query=f"@set-{i} AND NOT (title:@set-{(i + 1) % WATCHES} AND x{i})")
        for i in range(WATCHES)
    ]
    return Watchlist.compile(watches, _sets(words, WATCHES))


def _sets(words: Sequence[str], number: int) -> dict[str, TermSet]:
    return {
        f"set-{i}": checked(
            TermSet,
            {
                "name": f"set-{i}",
                "terms": [{"name": word, "spell": {"xx": [word]}} for word in words[i::number]],
            },
        )
        for i in range(number)
    }


def texts_a_second(works: Sequence[Work], articles: Sequence[Article], rounds: int = 30) -> list[float]:
    """The best round of each, taken in turns and in CPU time, because other processes take theirs."""
    best = [0.0] * len(works)
    for _ in range(rounds):
        for index, work in enumerate(works):
            start = time.process_time_ns()
            for article in articles:
                work(article)
            taken = time.process_time_ns() - start
            best[index] = max(best[index], len(articles) * 1e9 / max(taken, 1))
    return best


def bare(words: Sequence[str]) -> Work:
    automaton = build_automaton(list(dict.fromkeys(fold(word).text for word in words)))

    def work(article: Article) -> object:
        return automaton.find(fold(article.title).text), automaton.find(fold(article.summary).text)

    return work


def loop(words: Sequence[str], boundary: str) -> Work:
    """What a keyword bot does."""
    expressions = [re.compile(f"{boundary}{re.escape(word)}{boundary}", re.IGNORECASE) for word in words]

    def work(article: Article) -> object:
        text = f"{article.title}{article.summary}"
        return [found for expression in expressions for found in expression.finditer(text)]

    return work


@dataclass(frozen=True)
class Row:
    """Texts a second. The loops are not timed for 10,000 terms: that takes minutes."""

    script: str
    terms: int
    bare_quiet: float
    ours_quiet: float
    bare_firing: float
    ours_firing: float
    loops: tuple[float, float] | None


def measure(script: str, terms: int) -> Row:
    texts = trial(script, terms)
    works = [bare(texts.words), watchlist(texts.words).match]
    quiet, firing = texts_a_second(works, texts.quiet), texts_a_second(works, texts.firing)
    loops = None
    if terms <= MOST_IN_LOOP:
        plain_ways = [loop(texts.words, r"\b"), loop(texts.words, "")]
        slow = texts_a_second(plain_ways, texts.firing[:5], 3)
        loops = (slow[0], slow[1])
    return Row(script, terms, quiet[0], quiet[1], firing[0], firing[1], loops)


HEADINGS = (
    "script",
    "terms",
    "bare/s",
    "ours/s",
    "ratio",
    "bare/s",
    "ours/s",
    "ratio",
    "loop/s",
    "ahead",
    "plain/s",
    "ahead",
)


def show(row: Row) -> str:
    """One line of the table."""
    cells = [row.script, str(row.terms)]
    for least, ours in ((row.bare_quiet, row.ours_quiet), (row.bare_firing, row.ours_firing)):
        cells += [f"{least:.0f}", f"{ours:.0f}", f"{least / ours:.2f}"]
    for slow in row.loops or ():
        cells += [f"{slow:.0f}", f"{row.ours_firing / slow:.1f}"]
    return "".join(f"{cell:>8}" for cell in cells)


def missed(rows: Sequence[Row]) -> list[str]:
    """Which aims these figures miss: within 3 of bare, 20 times a loop at 500 terms, near-flat."""
    found = []
    for row in rows:
        for name, ratio in (
            ("quiet", row.bare_quiet / row.ours_quiet),
            ("firing", row.bare_firing / row.ours_firing),
        ):
            if ratio > MOST_BEHIND:
                found.append(f"{row.script}, {row.terms} terms, {name}: {ratio:.1f} times slower than bare")
        if row.loops and row.terms == MOST_IN_LOOP and row.ours_firing / row.loops[0] < LEAST_AHEAD:
            found.append(
                f"{row.script}, {row.terms} terms: only {row.ours_firing / row.loops[0]:.0f} times a loop"
            )
    return found


def main() -> int:
    """Print the table, what more terms cost, what compiling costs, and which aims were missed."""
    print(f"{'':16}{'quiet texts':>24}{'firing texts':>24}{'loop of regexes':>16}{'no boundaries':>16}")
    print("".join(f"{heading:>8}" for heading in HEADINGS))
    rows = []
    for script in SCRIPTS:
        for terms in TERMS:
            rows.append(measure(script, terms))
            print(show(rows[-1]), flush=True)
    for first, *_, last in (rows[place : place + len(TERMS)] for place in range(0, len(rows), len(TERMS))):
        slower = first.ours_quiet / last.ours_quiet
        print(f"{first.script}: {slower:.2f} times slower with {last.terms:,} terms than with {first.terms}")
    start = time.process_time()
    words = trial("en", 10_000).words + trial("ko", 10_000).words
    compile_many(words)
    print(f"1,000 watches with {len(words):,} terms compiled in {time.process_time() - start:.2f} s of CPU")
    for aim in missed(rows):
        print(f"missed: {aim}")
    return 0


def compile_many(words: Sequence[str]) -> Watchlist:
    """A thousand watches and all words, as terms of twenty sets."""
    watches = [
        Watch(
            name=f"watch-{i}",
            query=f'@set-{i % 20} AND (minister OR "prime minister" OR word{i}) AND NOT title:sport',
            unless=f"count(@set-{(i + 7) % 20}) >= 5 OR lang:xx",
        )
        for i in range(1000)
    ]
    return Watchlist.compile(watches, _sets(words, 20))


if __name__ == "__main__":
    sys.exit(main())
