"""In which language is a text?

By its script first: Lao, Thai, Khmer, Burmese, Hangul and kana decide alone. Then what the feed or
page stated, then what the outlet writes in. Vietnamese is known by letters that no other language
has, English by its commonest words. Only where none of these decides is the small model of
`language_model.py` asked.
"""

from collections.abc import Mapping, Sequence
from itertools import islice

from archive.text.language_model import guess
from archive.text.scripts import KINDS, Kind

_READ = 400
# Letters are counted in that much: a script shows at once, and to count those of any but Latin takes long.
_COUNTED = 200
# Below that a text is a name, and a name has no language.
_FEWEST_LETTERS = 12
# More tells the model nothing new.
_ENOUGH = 300
_BY_SCRIPT = {
    Kind.LAO: "lo",
    Kind.THAI: "th",
    Kind.KHMER: "km",
    Kind.BURMESE: "my",
    Kind.HANGUL: "ko",
}
_CJK = frozenset({Kind.HAN, Kind.HIRAGANA, Kind.KATAKANA, Kind.HANGUL})
# Letters and tones that only Vietnamese has.
_VIETNAMESE = frozenset("ơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹđ")

# A text with so many of these is English, whatever it quotes: the model says so too, and takes six times as
# long. Of 4,500 pieces of captured feeds it calls two German, which quote English, and is unsure of eleven.
_ENGLISH = frozenset(
    {
        "the", "and", "with", "that", "from", "this", "which", "their", "after", "were", "said", "when",
        "than", "would", "about", "been",
    }
)  # fmt: skip
_FEWEST_ENGLISH = 4
_ONE_ENGLISH_IN = 13


def detect(text: str, stated: str | None = None, outlet_languages: tuple[str, ...] = ()) -> str | None:
    """The BCP 47 language of a text, None where it cannot be told.

    `stated` is what feed or page said; `outlet_languages` is what the outlet publishes in. Only the
    first 400 characters are read.
    """
    beginning = text[:_READ]
    # Nothing to count in half of all texts: no script but Latin is ASCII, and no letter of Vietnamese.
    counted = "" if beginning.isascii() else beginning[:_COUNTED]
    script = _by_script(_kinds(counted)) if counted else None
    if script is not None and script != "zh":
        return script
    if script == "zh":
        return next((language for language in (stated, *outlet_languages) if _is_chinese(language)), "zh")
    if stated:
        return stated
    if sum(letter in _VIETNAMESE for letter in counted.lower()) >= 3:
        return "vi"
    possible = [language for language in outlet_languages if _primary(language) not in _SCRIPT_LANGUAGES]
    if len(possible) == 1:
        return possible[0]
    return _guessed(beginning[:_ENOUGH], {_primary(language): language for language in possible})


def _guessed(text: str, possible: Mapping[str, str]) -> str | None:
    """What the model says, in the outlet's own spelling: one of the outlet's languages if it has any."""
    if (not possible or "en" in possible) and _is_english(text):
        return possible.get("en", "en")
    letters = (character for character in text if KINDS[character] is Kind.LETTER)
    if len(list(islice(letters, _FEWEST_LETTERS))) < _FEWEST_LETTERS:
        return None
    language = guess(text, possible)
    return None if language is None else possible.get(language, language)


def _is_english(text: str) -> bool:
    words = text.lower().split()
    english = sum(map(_ENGLISH.__contains__, words))
    return english >= _FEWEST_ENGLISH and english * _ONE_ENGLISH_IN >= len(words)


_SCRIPT_LANGUAGES = frozenset({*_BY_SCRIPT.values(), "ja", "zh"})


def _kinds(text: str) -> list[int]:
    """How many letters there are of each kind, by its number."""
    kinds = bytes(map(KINDS.__getitem__, text))
    return [kinds.count(kind) for kind in range(len(Kind))]


def _by_script(kinds: Sequence[int]) -> str | None:
    """The language that the most frequent script stands for, zh for Han alone."""
    total = sum(kinds) - kinds[Kind.OTHER] - kinds[Kind.DIGIT] - kinds[Kind.MARK]
    east_asian = sum(kinds[kind] for kind in _CJK)
    # A quarter, not half: headlines are full of Latin names, and a Latin text holds no kana at all.
    if total and east_asian * 4 >= total:
        if kinds[Kind.HANGUL] * 4 >= east_asian:
            return "ko"
        kana = kinds[Kind.HIRAGANA] + kinds[Kind.KATAKANA]
        return "ja" if kana * 10 >= east_asian else "zh"
    for kind, language in _BY_SCRIPT.items():
        if kinds[kind] * 4 >= total > 0:
            return language
    return None


def _primary(language: str) -> str:
    return language.split("-")[0].lower()


def _is_chinese(language: str | None) -> bool:
    return language is not None and _primary(language) in {"zh", "yue", "ja"}
