"""Is a query true of an article, false, or not to be told before the page is read?

Three-valued logic: None is "unknown". While the body is unknown, more of it can only add hits, so
what is true or false without it stays so. The evidence of a true query comes from here too; what it
is in words for people is `explanation.py`.
"""

from collections.abc import Mapping, Sequence

from alerts.query.company import Neighbours, Vouched, gap, vouch
from alerts.query.facts import holds
from alerts.query.reading import BODY, LEAD_CHARACTERS, SUMMARY, TITLE, Place, Reading
from alerts.query.tree import And, Atom, Count, InScope, Meta, Near, Node, Not, Or, TextScope, walk
from alerts.watch import Hit

Value = bool | None
Span = tuple[int, int, int, tuple[Place, ...]]
"""Field, start and end in its folded text, and the places that make it up."""


class Evaluation:
    """One article's answers; every query of a round asks the same one."""

    def __init__(self, reading: Reading, *, body_unknown: bool = False) -> None:
        self.reading = reading
        self.body_unknown = body_unknown
        self.vouched = vouch(reading)
        self._sure = _by_key(reading, self.vouched)
        # What a later body may make of the hits in the other fields; the same where none can come.
        self._possible = _by_key(reading, vouch(reading, body_unknown=True)) if body_unknown else self._sure
        self._facts: dict[Meta, bool] = {}
        self._hits: dict[Place, Hit] = {}

    def value(self, node: Node, scope: TextScope | None = None) -> Value:
        """True, False, or None where the unread body decides."""
        match node:
            case Atom():
                if node.key in self._sure:
                    return True if scope is None else self._atom(node, scope)
                return self._atom(node, scope) if self.body_unknown else False
            case And(parts=parts):
                return self._all(parts, scope)
            case Or(parts=parts):
                return self._any(parts, scope)
            case Not(part=part):
                value = self.value(part, scope)
                return None if value is None else not value
            case InScope(scope=inner, part=part):
                return self.value(part, inner)
            case Meta():
                return self._fact(node)
            case Count():
                return self._count(node, scope)
            case Near():
                return self._near(node, scope)

    def evidence(self, node: Node, scope: TextScope | None = None) -> set[Place]:
        """The places that make a node true which is true."""
        return self._supports(node, scope, True)

    def possible(self, key: str) -> Sequence[Place]:
        """Where an atom of this key stands, if a later body brings the company that is missing."""
        return self._possible.get(key, ())

    def hits(self, places: set[Place]) -> tuple[Hit, ...]:
        """The places as evidence in reading order, with the companions that they needed."""
        companions = self._companions(places) if self.vouched.companion else set()
        if not companions and len(places) == 1:
            return tuple(map(self._hit, places))
        found = [self._hit(place, place not in places) for place in sorted(places | companions)]
        # A word may be asked for twice: laos OR "laos".
        return tuple(dict.fromkeys(found))

    def all_set_places(self) -> set[Place]:
        """Every sure hit of any term set."""
        units = self.reading.lexicon.units
        return {p for unit, places in self.vouched.sure.items() if units[unit].set for p in places}

    def sets(self) -> frozenset[str]:
        """The term sets of which there is a sure hit."""
        units = self.reading.lexicon.units
        named = (units[unit].set for unit, places in self.vouched.sure.items() if places)
        return frozenset(name for name in named if name is not None)

    def _hit(self, place: Place, companion: bool = False) -> Hit:
        if companion:
            return self.reading.hit(place, companion)
        found = self._hits.get(place)
        if found is None:
            found = self._hits[place] = self.reading.hit(place)
        return found

    def _companions(self, places: set[Place]) -> set[Place]:
        companions: set[Place] = set()
        asked = list(places)
        while asked:
            companion = self.vouched.companion.get(asked.pop())
            if companion is not None and companion not in companions:
                companions.add(companion)
                asked.append(companion)
        return companions

    def _supports(self, node: Node, scope: TextScope | None, value: bool) -> set[Place]:
        """The places that make a node, which has this value, have it."""
        match node:
            case Atom():
                return set(self._places(node.key, scope)) if value else set()
            case Not(part=part):
                return self._supports(part, scope, not value)
            case InScope(scope=inner, part=part):
                return self._supports(part, inner, value)
            case And(parts=parts) | Or(parts=parts):
                # Of a true And and a false Or every part has the same value.
                alike = isinstance(node, And) is value
                has_it = [part for part in parts if alike or self.value(part, scope) is value]
                return set().union(*(self._supports(part, scope, value) for part in has_it))
            case Near() | Count() if value:
                placed = node.what if isinstance(node, Count) else node
                return {place for span in self._spans(placed, scope) for place in span[3]}
            case _:
                return set()

    def _all(self, parts: tuple[Node, ...], scope: TextScope | None) -> Value:
        result: Value = True
        for part in parts:
            value = self.value(part, scope)
            if value is False:
                return False
            if value is None:
                result = None
        return result

    def _any(self, parts: tuple[Node, ...], scope: TextScope | None) -> Value:
        result: Value = False
        for part in parts:
            value = self.value(part, scope)
            if value is True:
                return True
            if value is None:
                result = None
        return result

    def _atom(self, atom: Atom, scope: TextScope | None) -> Value:
        if self._places(atom.key, scope):
            return True
        if not self.body_unknown:
            return False
        return None if self._open_to_body(scope) or self._places(atom.key, scope, True) else False

    def _fact(self, fact: Meta) -> bool:
        if fact not in self._facts:
            self._facts[fact] = holds(fact, self.reading.article)
        return self._facts[fact]

    def _count(self, node: Count, scope: TextScope | None) -> Value:
        if _merged(self._spans(node.what, scope)) >= node.least:
            return True
        if self._open_to_body(scope):
            return None
        return None if _merged(self._spans(node.what, scope, possible=True)) >= node.least else False

    def _near(self, node: Near, scope: TextScope | None) -> Value:
        if self._spans(node, scope):
            return True
        return None if self._open_to_body(scope) or self._spans(node, scope, possible=True) else False

    def _open_to_body(self, scope: TextScope | None) -> bool:
        """Whether a later body can add hits in this scope."""
        if not self.body_unknown or scope == "title":
            return False
        return scope != "lead" or self.reading.lead_field == BODY

    def _places(self, key: str, scope: TextScope | None, possible: bool = False) -> Sequence[Place]:
        places = (self._possible if possible else self._sure).get(key, ())
        if scope is None or not places:
            return places
        if scope == "title":
            return [place for place in places if place[0] == TITLE]
        if scope == "body":
            return [place for place in places if place[0] == BODY]
        lead = self.reading.lead_field
        found = [place for place in places if place[0] == lead]
        if lead == SUMMARY:
            return found
        return [place for place in found if self.reading.original(place)[1] <= LEAD_CHARACTERS]

    def _spans(self, node: Node, scope: TextScope | None, possible: bool = False) -> list[Span]:
        """Where a node that has positions stands."""
        match node:
            case Atom():
                return [(*place[:3], (place,)) for place in self._places(node.key, scope, possible)]
            case Or(parts=parts):
                return [span for part in parts for span in self._spans(part, scope, possible)]
            case Near(left=left, right=right, distance=distance):
                ours, theirs = self._spans(left, scope, possible), self._spans(right, scope, possible)
                return self._pairs(ours, theirs, distance)
            case _:
                raise TypeError(f"{node} has no positions: the parser refuses it here")

    def _pairs(self, left: list[Span], right: list[Span], distance: int) -> list[Span]:
        """Each on the left with its nearest on the right, before and after it."""
        if not left or not right:
            return []
        parts = {span[:3]: span[3] for span in right}
        neighbours = Neighbours([(*span, 0) for span in parts])
        found: dict[tuple[int, int, int], Span] = {}
        for field, start, end, places in left:
            for other in neighbours.beside((field, start, end)):
                if gap(self.reading, (field, start, end), other, distance) <= distance:
                    whole = (field, min(start, other[1]), max(end, other[2]))
                    found.setdefault(whole, (*whole, (*places, *parts[other[:3]])))
        return list(found.values())


def supporting_part(node: Node) -> Node | None:
    """The part of a query that can give evidence: without the NOTs that only keep it silent.

    None where no word can: of a true query both have the same evidence.
    """
    match node:
        case And(parts=parts):
            kept = [part for part in map(supporting_part, parts) if part is not None]
            return And(tuple(kept)) if len(kept) > 1 else kept[0] if kept else None
        case Not() if not any(isinstance(below, Not) for below in walk(node.part)):
            return None
        case Meta():
            return None
        case _:
            return node


def _by_key(reading: Reading, vouched: Vouched) -> Mapping[str, list[Place]]:
    units = reading.lexicon.units
    found: dict[str, list[Place]] = {}
    for unit, places in vouched.sure.items():
        key = units[unit].key
        if key is not None:
            found[key] = [*found[key], *places] if key in found else places
    return found


def _merged(spans: list[Span]) -> int:
    """How many there are when overlapping ones count once."""
    count, field, end = 0, -1, -1
    for span in sorted(span[:3] for span in spans):
        if span[0] != field or span[1] >= end:
            count += 1
            field, end = span[0], span[2]
        else:
            end = max(end, span[2])
    return count
