"""How is a span of time given to a command, such as `--since 30d`?"""

from datetime import timedelta

import click


def span(_ctx: click.Context, _option: click.Parameter, value: str | None) -> timedelta | None:
    """The callback of an option: the duration that was written, None where none was."""
    from archive.durations import parse_duration

    if value is None:
        return None
    try:
        return parse_duration(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
