"""How may a Burmese word be written in Zawgyi?

Zawgyi is an old font encoding on the same code points, still met on pages. Terms are written in it
too, so that no text has to be guessed at and converted; text itself is never changed here.
"""

import re
import unicodedata

# Consonants so wide that the medial RA around them has another shape.
_WIDE = "\u1000\u1003\u1006\u100f\u1010\u1011\u1018\u101a\u101c\u101e\u101f\u1021"
_CONSONANT = "[\u1000-\u1021\u1025\u1027\u103f]"
_UPPER = "\u102d\u102e\u1032\u1036"

# What a consonant looks like below another one.
_STACKED = {
    **dict(zip("\u1000\u1001\u1002\u1003", "\u1060\u1061\u1062\u1063", strict=True)),
    **dict(zip("\u1005\u1006\u1007\u1008", "\u1065\u1066\u1068\u1069", strict=True)),
    **dict(zip("\u100b\u100c\u100f", "\u106c\u106d\u1070", strict=True)),
    **dict(zip("\u1010\u1011\u1012\u1013\u1014", "\u1071\u1073\u1075\u1076\u1077", strict=True)),
    **dict(zip("\u1015\u1016\u1017\u1018\u1019\u101c", "\u1078\u1079\u107a\u107b\u107c\u1085", strict=True)),
}

_BURMESE = re.compile("[\u1000-\u109f]")
_SYLLABLE = re.compile(
    f"(?P<kinzi>\u1004\u103a\u1039)?(?P<base>{_CONSONANT})(?P<stacked>(?:\u1039{_CONSONANT})?)"
    "(?P<ya>\u103b?)(?P<ra>\u103c?)(?P<wa>\u103d?)(?P<ha>\u103e?)(?P<e>\u1031?)"
    "(?P<vowels>[\u102b-\u1030\u1032\u1036]*)"
)


def zawgyi_spellings(text: str) -> tuple[str, ...]:
    """The word as Zawgyi pages write it; empty without Burmese.

    The word itself is among them where it is written alike and ends in a sign: there a page in Zawgyi
    may go on with what Unicode takes for another sign of it. There are several, because writers
    differ in the shape of the medial RA and in the order of U and the sign above it.
    """
    if not _BURMESE.search(text):
        return ()
    spelled = (_spell(text, shaped, above_first) for shaped in (True, False) for above_first in (True, False))
    ends_in_sign = unicodedata.category(text[-1]).startswith("M")
    return tuple(spelling for spelling in dict.fromkeys(spelled) if spelling != text or ends_in_sign)


def _spell(text: str, shaped: bool, above_first: bool) -> str:
    written = _SYLLABLE.sub(lambda match: _syllable(match, shaped, above_first), text)
    # The medial YA has the place that the asat has in Unicode.
    return written.replace(_ASAT, "\u1039").replace(_YA, _ASAT)


_ASAT = "\u103a"
_YA = "\ue000"


def _syllable(match: re.Match[str], shaped: bool, above_first: bool) -> str:
    """One syllable without its final: vowel E and medial RA go first, as they are seen."""
    base, vowels = match["base"], match["vowels"]
    ra = _medial_ra(base, vowels) if shaped else "\u103b"
    stacked = _STACKED.get(match["stacked"][1:], match["stacked"])
    if match["ya"] or match["ra"]:
        # U and UU stand lower beside what already hangs below the line.
        vowels = vowels.replace("\u102f", "\u1033").replace("\u1030", "\u1034")
    if above_first:
        vowels = "".join(sorted(vowels, key=lambda vowel: vowel in "\u102f\u1030\u1033\u1034"))
    parts = (
        match["e"],
        ra if match["ra"] else "",
        base,
        stacked,
        "\u1064" if match["kinzi"] else "",
        _YA if match["ya"] else "",
        _below(match),
        vowels,
    )
    return "".join(parts)


def _medial_ra(base: str, vowels: str) -> str:
    under_upper = any(vowel in _UPPER for vowel in vowels)
    if base in _WIDE:
        return "\u1080" if under_upper else "\u107e"
    return "\u107f" if under_upper else "\u103b"


def _below(match: re.Match[str]) -> str:
    if match["wa"] and match["ha"]:
        return "\u108a"
    return ("\u103c" if match["wa"] else "") + ("\u103d" if match["ha"] else "")
