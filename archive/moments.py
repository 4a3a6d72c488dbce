"""How does a point in time lie in the database?

`Moment`: an aware datetime in Python, whole milliseconds since 1970 UTC in a BIGINT, so that
SQLite and PostgreSQL compare and sort it alike.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, Dialect
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


class Moment(TypeDecorator[datetime]):
    """An aware datetime, exact to the millisecond; a naive one is refused with a TypeError."""

    impl = BigInteger
    cache_ok = True

    # The whole way in and out, and not the usual `process_…`, around which there would be another call: a
    # row of a source has eight moments.
    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], int | None]:
        return _said

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[int | None], datetime | None]:
        return _meant


def _said(moment: datetime | None) -> int | None:
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise TypeError("a time in the archive needs a zone")
    return (moment - _EPOCH) // _MILLISECOND


def _meant(said: int | None) -> datetime | None:
    return None if said is None else _EPOCH + said * _MILLISECOND
