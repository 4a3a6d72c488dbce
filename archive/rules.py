"""How does a value of the config bear the rules that it must keep, and who applies them?

The config's models (`crawler/source.py`, `alerts/channel.py` and their kin) are plain dataclasses. Their
rules stand in the types of their fields, and pydantic applies them in `checked`, where a file is read. What
has been checked before is made of the same classes without pydantic, whose loading takes a tenth of a round
in which nothing is new. What a broken rule means to a person is `wirewatch/model_errors.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, NamedTuple, TypeVar

if TYPE_CHECKING:
    from pydantic import TypeAdapter

M = TypeVar("M", bound="Model")


class Model:
    """Base of the config's models, which are frozen dataclasses: a key that is no field is a mistake."""

    __slots__ = ()
    # As every dataclass has them.
    __dataclass_fields__: ClassVar[dict[str, Any]]
    __pydantic_config__: ClassVar[Mapping[str, Any]] = {"extra": "forbid"}


def named_keys(**keys: str) -> dict[str, Any]:
    """The `__pydantic_config__` of a model some of whose fields have other names than their keys."""
    return {**Model.__pydantic_config__, "alias_generator": lambda name: keys.get(name, name)}


class Rule(NamedTuple):
    """In `Annotated[…]`: stands for pydantic's own rule, which `made` gives."""

    made: Callable[[], Any]

    def __get_pydantic_core_schema__(self, kind: Any, handler: Any) -> Any:
        return handler.generate_schema(Annotated[kind, self.made()])


def read_by(read: Callable[[Any], Any]) -> Rule:
    """The value is what `read` makes of what is written, or raises ValueError about."""

    def made() -> Any:
        from pydantic import BeforeValidator

        return BeforeValidator(read)

    return Rule(made)


def passes(check: Callable[[Any], Any]) -> Rule:
    """The value is what `check` makes of one of its type, or raises ValueError about."""

    def made() -> Any:
        from pydantic import AfterValidator

        return AfterValidator(check)

    return Rule(made)


def limited(**bounds: Any) -> Rule:
    """The value keeps to pydantic's `bounds`: `ge`, `max_length`, `pattern` and their kin."""

    def made() -> Any:
        from pydantic import Field

        return Field(**bounds)

    return Rule(made)


def checked(model: type[M], written: object) -> M:
    """The model's instance that `written` means. Raises pydantic's ValidationError with all mistakes."""
    kind: Any = model
    made: M = _adapter(kind).validate_python(written)
    return made


@cache
def _adapter(model: Any) -> "TypeAdapter[Any]":
    from pydantic import TypeAdapter

    return TypeAdapter(model)


def keys_of(model: type[Model]) -> dict[str, Any]:
    """The keys that a model knows, and of what type each is."""
    key = model.__pydantic_config__.get("alias_generator", str)
    return {key(part.name): part.type for part in fields(model)}
