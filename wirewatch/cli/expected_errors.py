"""Which failures are told in a sentence, and with what exit code?

What a person can do something about: a wrong config, an archive or a channel that cannot be used.
Anything else is a fault of the program, and keeps its traceback.
"""

import sys

import click

from wirewatch.config_errors import ConfigErrors

FAILURE = 1
BAD_CONFIG = 78


def expected_errors() -> tuple[type[BaseException], ...]:
    """The exception types to be told without a traceback.

    Of modules that are not loaded none can have been raised, so they are not loaded for this.
    """
    known = (
        ("archive.archive", "ArchiveError"),
        ("alerts.channels.registry", "ChannelError"),
        ("alerts.bot.meeting", "BotError"),
    )
    loaded = ((sys.modules.get(module), name) for module, name in known)
    return (ConfigErrors, *(getattr(module, name) for module, name in loaded if module is not None))


def exit_code_of(error: BaseException) -> int:
    """78 where the config, a channel or a newer archive keeps Wirewatch from working, 1 otherwise."""
    return int(getattr(error, "exit_code", BAD_CONFIG if isinstance(error, ConfigErrors) else FAILURE))


def tell(error: BaseException) -> None:
    """Print the error to stderr, a config's mistakes one a line."""
    if isinstance(error, ConfigErrors):
        for mistake in error.errors:
            click.echo(str(mistake), err=True)
        count = len(error.errors)
        click.echo(f"The config has {count} mistake{'s' * (count != 1)}: nothing was done.", err=True)
    else:
        click.echo(f"Error: {error}", err=True)
