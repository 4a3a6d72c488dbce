"""Why did a watch fire on an article, and if not, which clause failed?

The query as a tree with true, false or unknown at every node, the hits below it, and the missing
company of hits that did not count; and all of it as plain text.
"""

from dataclasses import dataclass

from alerts.query.evaluation import Evaluation, Value
from alerts.query.lexicon import Company
from alerts.query.printing import print_query
from alerts.query.tree import And, Atom, Count, InScope, Near, Node, Not, TextScope, children
from alerts.watch import Hit
from archive.article import Article

_SHOWN_AROUND = 30
_SHOWN_HITS = 12
_SIGNS = {True: "true", False: "false", None: "unknown"}


@dataclass(frozen=True, slots=True)
class Reason:
    """One node of the query: its text in normal form, its value, what it found, and why it did not count."""

    text: str
    value: Value
    hits: tuple[Hit, ...] = ()
    notes: tuple[str, ...] = ()
    parts: tuple["Reason", ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a watch says of an article.

    `value` is that of query AND NOT (unless); None while only the unread body can decide. `failed`
    names the clause that kept the watch from firing, None where it fired.
    """

    watch: str
    article: Article
    value: Value
    query: Reason
    unless: Reason | None
    failed: str | None
    hits: tuple[Hit, ...]


def explain(watch: str, query: Node, unless: Node | None, evaluation: Evaluation) -> Explanation:
    """Explain one watch, whose nodes have been compiled into the evaluation's lexicon."""
    reason = _reason(query, None, evaluation)
    against = _reason(unless, None, evaluation) if unless is not None else None
    condition = query if unless is None else And((query, Not(unless)))
    value = evaluation.value(condition)
    hits = evaluation.hits(evaluation.evidence(query)) if value is True else ()
    failed = None if value is True else _failed(reason, against)
    return Explanation(watch, evaluation.reading.article, value, reason, against, failed, hits)


def render(explanation: Explanation) -> str:
    """The explanation as plain text, a line a node."""
    verdict = {True: "fires", False: "does not fire", None: "is open until the page has been read"}
    lines = [f"watch {explanation.watch} {verdict[explanation.value]}"]
    if explanation.failed:
        lines.append(f"because {explanation.failed}")
    lines.append("query:")
    lines += _render(explanation.query, explanation.article, 1)
    if explanation.unless is not None:
        lines.append("unless:")
        lines += _render(explanation.unless, explanation.article, 1)
    return "\n".join(lines)


def _reason(node: Node, scope: TextScope | None, evaluation: Evaluation) -> Reason:
    value = evaluation.value(node, scope)
    inner = node.scope if isinstance(node, InScope) else scope
    if isinstance(node, Near | Count):
        hits = evaluation.hits(evaluation.evidence(node, scope)) if value is True else ()
        parts = (
            tuple(_reason(part, inner, evaluation) for part in children(node)) if value is not True else ()
        )
        return Reason(print_query(node), value, hits, (), parts)
    if children(node):
        parts = tuple(_reason(part, inner, evaluation) for part in children(node))
        return Reason(print_query(node), value, (), (), parts)
    hits = evaluation.hits(evaluation.evidence(node, scope)) if value is True else ()
    return Reason(print_query(node), value, hits, tuple(_missing_company(node, evaluation)))


def _missing_company(node: Node, evaluation: Evaluation) -> list[str]:
    """For every term of this node that stands there without its company: what it needs."""
    reading, sure = evaluation.reading, evaluation.vouched.sure
    notes = []
    for unit, places in reading.places.items():
        lonely = len(places) - len(sure.get(unit, ()))
        about = reading.lexicon.units[unit]
        if lonely and about.company is not None and isinstance(node, Atom) and about.key == node.key:
            notes.append(
                f'"{about.name}" stands {_times(lonely)} without {_needed(about.company, evaluation)}'
            )
    return notes


def _needed(company: Company, evaluation: Evaluation) -> str:
    units = [evaluation.reading.lexicon.units[unit] for unit in sorted(company.units)]
    names = list(dict.fromkeys(f"@{unit.set}" if unit.set else f'"{unit.name}"' for unit in units))
    shown = ", ".join(names[:4]) + (", …" if len(names) > 4 else "")
    distance = f" within {company.within} words" if company.within else ""
    return f"its company ({shown}){distance}"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _failed(query: Reason, unless: Reason | None) -> str:
    if query.value is not True:
        clause = _first_failing(query)
        state = "is not true" if clause.value is False else "cannot be told yet"
        return f"{clause.text} {state}" + "".join(f"; {note}" for note in clause.notes)
    state = "is true" if unless is not None and unless.value is True else "cannot be told yet"
    return f"unless: {unless.text if unless else ''} {state}"


def _first_failing(reason: Reason) -> Reason:
    """The smallest clause whose failing made the whole fail."""
    failing = [part for part in reason.parts if part.value is reason.value]
    if reason.parts and failing and len(failing) < len(reason.parts):
        return _first_failing(failing[0])
    return reason


def _render(reason: Reason, article: Article, depth: int) -> list[str]:
    indent = "  " * depth
    lines = [f"{indent}{_SIGNS[reason.value]:8}{reason.text}"]
    lines += [f"{indent}          {_shown(hit, article)}" for hit in reason.hits[:_SHOWN_HITS]]
    if len(reason.hits) > _SHOWN_HITS:
        lines.append(f"{indent}          and {len(reason.hits) - _SHOWN_HITS} more")
    lines += [f"{indent}          {note}" for note in reason.notes]
    for part in reason.parts:
        lines += _render(part, article, depth + 1)
    return lines


def _shown(hit: Hit, article: Article) -> str:
    """The hit in its surroundings, marked by brackets."""
    text = getattr(article, hit.field) or ""
    before = text[max(0, hit.start - _SHOWN_AROUND) : hit.start]
    after = text[hit.end : hit.end + _SHOWN_AROUND]
    role = ", as company" if hit.companion else ""
    origin = f"{hit.term} of @{hit.set}" if hit.set else hit.term
    return f"{hit.field} {hit.start}: {' '.join(f'{before}[{hit.text}]{after}'.split())} ({origin}{role})"
