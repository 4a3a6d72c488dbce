"""Where does a command get its settings?

`--config DIR` may stand before or after the command's name; the one after wins. `settings()`
finds and loads the config for the running command.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from wirewatch.config_files import Locations
    from wirewatch.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])
_KEY = "wirewatch.config"


def config_option(command: F) -> F:
    """Give a command the option `--config DIR`; its value reaches `locations()` by itself."""
    return click.option(
        "--config",
        metavar="DIR",
        type=click.Path(),
        expose_value=False,
        callback=_remember,
        help="The folder with wirewatch.yaml and its kin, in place of the usual ones.",
    )(command)


def locations() -> "Locations":
    """Where config, shipped files and state lie for the running command. Raises ConfigErrors."""
    from wirewatch.config_errors import ConfigError, ConfigErrors, Place
    from wirewatch.config_files import locate

    named = click.get_current_context().meta.get(_KEY)
    if named == "":
        # As of a variable that is not set: the folder where one stands is not meant.
        raise ConfigErrors([ConfigError(Place("--config"), "", "nothing", "a folder with config files")])
    return locate(None if named is None else Path(named), os.environ)


def settings(*, keep: bool = False) -> "Settings":
    """The settings of the running command, kept for the next if `keep` says so. Raises ConfigErrors."""
    from wirewatch.config_cache import settings_at

    return settings_at(locations(), os.environ, keep=keep)


def settings_apart() -> "Settings":
    """The same, kept for the next command, for a process that has one thread."""
    from wirewatch import config_cache

    return config_cache.settings_apart(locations(), os.environ)


def _remember(ctx: click.Context, _option: click.Parameter, folder: str | None) -> None:
    if folder is not None:
        # meta is shared by the contexts of a command and its groups.
        ctx.meta[_KEY] = folder
