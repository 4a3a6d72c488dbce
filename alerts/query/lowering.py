"""Which articles may a query be true of, as far as the full-text index can tell?

A query is lowered to a condition on tokens that is true of every article of which the query is true, and
of some others: those are sorted out by the evaluator, the only one that decides. The law: what must
occur is asked for, what must not occur and what is no text is left out. Scopes, distances, counts, case
and false friends narrow no further.
"""

from collections.abc import Mapping

from alerts.query.boundaries import begins_word, ends_word
from alerts.query.lexicon import Lexicon, Use
from alerts.query.tree import And, Atom, Count, InScope, Meta, Near, Node, Not, Or
from archive.sought import ALL, NONE, Sought, all_of, any_of
from archive.text.tokens import tokens_of_spelling


def lower(node: Node, lexicon: Lexicon) -> Sought:
    """What has the text of every article of which `node` is true."""
    spelled = _of_atoms(lexicon)

    def lowered(node: Node) -> Sought:
        match node:
            case Atom():
                return spelled.get(node.key, NONE)
            case Or(parts=parts):
                return any_of(map(lowered, parts))
            case And(parts=parts):
                return all_of(map(lowered, parts))
            case Near(left=left, right=right):
                return all_of((lowered(left), lowered(right)))
            case InScope(part=part) | Count(what=part):
                return lowered(part)
            case Not() | Meta():
                return ALL

    return lowered(node)


def _of_atoms(lexicon: Lexicon) -> Mapping[str, Sought]:
    """What each atom asks for, by its key: one of its units, with the company that this needs."""
    spelled: list[list[Sought]] = [[] for _ in lexicon.units]
    for pattern, uses in zip(lexicon.patterns, lexicon.uses, strict=True):
        for use in uses:
            if not use.swallows:
                spelled[use.unit].append(_of_spelling(pattern, use))
    units = [any_of(spellings) for spellings in spelled]
    by_key: dict[str, list[Sought]] = {}
    for number, unit in enumerate(lexicon.units):
        if unit.key is not None:
            company = any_of(units[other] for other in unit.company.units) if unit.company else ALL
            by_key.setdefault(unit.key, []).append(all_of((units[number], company)))
    return {key: any_of(asked) for key, asked in by_key.items()}


def _of_spelling(pattern: str, use: Use) -> Sought:
    begins, ends = begins_word(use.left), ends_word(use.right)
    return all_of(tokens_of_spelling(pattern, begins_word=begins, ends_word=ends))
