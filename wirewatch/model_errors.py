"""What does pydantic's complaint mean to the person who wrote the YAML?

Validates a positioned mapping with one of the rooms' models, and turns each complaint into a
`ConfigError` with the place of the key, the value found, what was expected and the nearest
thing that would be right. Models' own validators say "expected …" in their ValueErrors.
"""

import re
import types
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from archive.clocks import zone_names
from archive.names import NAME_PATTERN
from archive.rules import Model, checked, keys_of
from wirewatch.config_errors import ConfigError, Place, nearest, one_of, shown
from wirewatch.secrets import SECRET_KEYS
from wirewatch.yaml_positions import Mapping, Node, Scalar, Sequence, plain

M = TypeVar("M", bound=Model)
Location = tuple[int | str, ...]

_FORMS: dict[str, str] = {
    "string_type": "text",
    "bool_type": "on or off",
    "bool_parsing": "on or off",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a mapping",
    "dataclass_type": "a mapping",
    "string_too_short": "some text",
}
_BOUNDS = {
    "greater_than": ("gt", "a number over"),
    "greater_than_equal": ("ge", "a number from"),
    "less_than": ("lt", "a number under"),
    "less_than_equal": ("le", "a number up to"),
    "string_too_long": ("max_length", "a text no longer than"),
}
_PATTERNS = {
    NAME_PATTERN: "a name of small letters, digits and hyphens",
}
_BY_KEY = {
    "country": "an ISO 3166 country code such as LA, or INT or UN",
    "languages": "a BCP 47 language tag such as en",
    "type": "the name of a source type",
}


def validate(model: type[M], node: Mapping, path: str, whose: str) -> tuple[M | None, list[ConfigError]]:
    """The model's instance, or None and every mistake in `node`.

    `path` is the dotted path of the node itself, `whose` how an error calls it ("a source").
    """
    try:
        return checked(model, plain(node)), []
    except ValidationError as failure:
        complaints = failure.errors(include_url=False)
    errors = [_as_error(complaint, model, node, path, whose) for complaint in complaints]
    return None, [error for error in errors if error is not None]


def place_of(node: Node, location: Location) -> Place:
    """The place of the key (or list item) at `location`; of the innermost one that exists."""
    place = node.place
    for step in location:
        if isinstance(node, Mapping) and step in node.items:
            place, node = node.keys[str(step)], node.items[str(step)]
        elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
            place = node.place
    return place


def dotted(node: Node, location: Location, path: str) -> str:
    """The path of `location` with entries' names in place of list positions."""
    parts = [path] if path else []
    for step in location:
        if isinstance(node, Mapping) and step in node.items:
            node = node.items[str(step)]
            parts.append(str(step))
        elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
            name = node.items.get("name") if isinstance(node, Mapping) else None
            if isinstance(name, Scalar) and isinstance(name.value, str):
                parts.append(name.value)
    return ".".join(parts)


def _as_error(
    complaint: ErrorDetails, model: type[Model], node: Mapping, path: str, whose: str
) -> ConfigError | None:
    location: Location = complaint["loc"]
    kind, value = complaint["type"], complaint["input"]
    place, key = place_of(node, location), dotted(node, location, path)
    innermost = _node_at(node, location)
    if isinstance(innermost, Scalar) and innermost.failed:
        return None
    if kind == "unexpected_keyword_argument":
        word = str(location[-1])
        # What the path to it ends with; keys may hold dots themselves.
        outer, inner = dotted(node, location[:-2], ""), dotted(node, location[:-1], "")
        owner = inner.removeprefix(outer).removeprefix(".") or whose
        suggestion = nearest(word, _keys_at(model, location[:-1]))
        return ConfigError(place, key, shown(word), f"a key of {owner}", suggestion)
    if kind == "missing":
        return ConfigError(place, key, f"no {location[-1]}", f"the key {location[-1]}", is_missing=True)
    hidden = (isinstance(innermost, Scalar) and innermost.secret) or bool(
        SECRET_KEYS & set(map(str, location))
    )
    found = "a value (not shown)" if hidden else shown(value)
    expected, suggestion = _expected(complaint)
    if kind == "value_error" and isinstance(innermost, Mapping):
        # A model's own check over several keys, which its words name.
        named = [word for word in innermost.items if re.search(rf"\b{re.escape(word)}\b", expected)]
        found = " and ".join(named) or found
    return ConfigError(place, key, found, expected, "" if hidden else suggestion)


def _expected(complaint: ErrorDetails) -> tuple[str, str]:
    """What was expected, and the nearest right value (or "")."""
    kind, value, context = complaint["type"], complaint["input"], complaint.get("ctx", {})
    if kind == "literal_error":
        choices = re.findall(r"'([^']*)'|(\d+)", str(context["expected"]))
        words = [text or number for text, number in choices]
        return one_of(words), nearest(value, words) if isinstance(value, str) else ""
    if kind == "string_pattern_mismatch":
        return _pattern_expected(complaint)
    if kind == "string_type":
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return _FORMS[kind], f"'{value}'" if number else ""
    if kind in _BOUNDS:
        bound, form = _BOUNDS[kind]
        return f"{form} {context[bound]:g}", ""
    if kind in _FORMS:
        alone = kind == "tuple_type" and isinstance(value, str | int | float)
        suggestion = f"[{shown(value)}]" if alone else ""
        return _FORMS[kind], suggestion
    expected = complaint["msg"].removeprefix("Value error, ").removeprefix("expected ")
    return expected, _nearest_zone(value) if isinstance(value, str) and "time zone" in expected else ""


def _nearest_zone(word: str) -> str:
    """Of places only: ICT is not UCT, and the zones of Etc count the hours the other way round."""
    names = zone_names()
    same = next((name for name in names if name.casefold() == word.casefold()), "")
    return same or nearest(word, (name for name in names if "/" in name and not name.startswith("Etc/")))


def _pattern_expected(complaint: ErrorDetails) -> tuple[str, str]:
    pattern, value = str(complaint["ctx"]["pattern"]), str(complaint["input"])
    key = next((step for step in reversed(complaint["loc"]) if isinstance(step, str)), "")
    expected = _PATTERNS.get(pattern) or _BY_KEY.get(key) or f"text of the form {pattern}"
    slug = re.sub(r"[^a-z0-9]+", "-", value.lower()).strip("-")
    forms = (value.upper(), value.lower(), value.replace("_", "-"), slug)
    return expected, next((form for form in forms if form and re.search(pattern, form)), "")


def _node_at(node: Node, location: Location) -> Node | None:
    for step in location:
        if isinstance(node, Mapping) and step in node.items:
            node = node.items[str(step)]
        elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
        else:
            return None
    return node


def _keys_at(model: type[Model], location: Location) -> list[str]:
    """The keys that the model knows at `location`."""
    annotation: Any = model
    for step in location:
        inner = _model_in(annotation)
        annotation = _element(annotation) if inner is None else keys_of(inner).get(str(step))
    inner = _model_in(annotation) or _model_in(_element(annotation))
    return [] if inner is None else list(keys_of(inner))


def _model_in(annotation: Any) -> type[Model] | None:
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return annotation
    if get_origin(annotation) in (Union, types.UnionType, Annotated):
        return next(filter(None, map(_model_in, get_args(annotation))), None)
    return None


def _element(annotation: Any) -> Any:
    arguments = get_args(annotation)
    return arguments[-1] if get_origin(annotation) is dict else arguments[0] if arguments else None
