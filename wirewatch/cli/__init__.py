"""Which commands are there, and how do they end?

`main` is the program `wirewatch`. Each command is a module of this folder that defines `command`;
adding one is that module and a line in COMMANDS. A module is imported when its command is used,
so that `wirewatch match` never loads what only the daemon needs.

Exit codes: 0 ok, 1 failure, 2 usage, 78 a config that cannot be used or a newer archive.
"""

import atexit
import gc
import os
import sys
import threading
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import click

from wirewatch.cli.config_option import config_option
from wirewatch.cli.expected_errors import exit_code_of, expected_errors, tell


class Entry(NamedTuple):
    """A command's module in `wirewatch/cli/`, and its line in the list of commands."""

    module: str
    does: str


# In the order in which a newcomer meets them.
COMMANDS: dict[str, Entry] = {
    "demo": Entry("demo", "Show the whole thing for a minute: no token, no network."),
    "run": Entry("run", "Watch the sources and send alerts."),
    "init": Entry("init", "Connect a bot and a chat, and write a small config."),
    "check": Entry("check", "Report every mistake in the config, with file and line."),
    "config": Entry("config", "Show what the config says, and where."),
    "parse": Entry("parse", "Print the entries of a feed on stdin as article lines."),
    "extract": Entry("extract", "Print the article on a web page on stdin as a line."),
    "match": Entry("match", "Tell which watches fire on article lines on stdin, and why."),
    "cluster": Entry("cluster", "Tell which article lines on stdin are one story."),
    "status": Entry("status", "Tell whether it works; if not, what, since when, what to do."),
    "sources": Entry("sources", "Show how each source fares."),
    "poll": Entry("poll", "Show what a poll of a source would do, or do it."),
    "discover": Entry("discover", "Look for feeds, sitemaps and article lists of a site."),
    "opml": Entry("opml", "Take feeds over from another reader, or give them to one."),
    "shell": Entry("shell", "Try selectors on a page at a Python prompt."),
    "deliveries": Entry("deliveries", "List what is to be sent and what became of it."),
    "retry": Entry("retry", "Send again what could not be sent."),
    "mute": Entry("mute", "List what is muted, or mute it."),
    "stories": Entry("stories", "List stories and what was withheld; split or merge them."),
    "explain": Entry("explain", "Tell why watches fire on an article, and why not."),
    "terms": Entry("terms", "Tell which terms occur in a text."),
    "backtest": Entry("backtest", "Hold a watch against the archive."),
    "route": Entry("route", "Tell who would hear of an article, and why."),
    "search": Entry("search", "Find articles of the archive in the watch language."),
    "export": Entry("export", "Print the archive as article lines."),
    "backup": Entry("backup", "Copy the archive while everything runs."),
    "restore": Entry("restore", "Put a copy in the place of the archive."),
    "migrate": Entry("migrate", "Bring the archive to this version's schema."),
    "forget": Entry("forget", "Forget what is known of a person."),
    "preview": Entry("preview", "Show every kind of message as a reader sees it."),
}


class LazyGroup(click.Group):
    """Imports a command's module only when that command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"wirewatch.cli.{COMMANDS[cmd_name].module}").command
        if not isinstance(command, click.Command):
            raise TypeError(f"wirewatch.cli.{COMMANDS[cmd_name].module} defines no command")
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except expected_errors() as error:
            tell(error)
            ctx.exit(exit_code_of(error))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.does) for name, entry in COMMANDS.items()])


def _print_version(ctx: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from importlib.metadata import PackageNotFoundError, version

        try:
            known = version("wirewatch")
        except PackageNotFoundError:
            known = "of an unknown version (run from a folder, not installed)"
        click.echo(f"wirewatch {known}")
        ctx.exit()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_print_version,
    help="Print the version and exit.",
)
@config_option
def wirewatch() -> None:
    """Wirewatch reads many news sources and tells you at once when they report on what you watch."""


def main() -> None:
    """Run the command line and end the process with its exit code."""
    _open_what_is_closed()
    for stream in (sys.stdout, sys.stderr):
        # Headlines are in any script, whatever the terminal's locale claims.
        getattr(stream, "reconfigure", lambda **_: None)(encoding="utf-8", errors="backslashreplace")
    # Next to nothing of what is loaded at a start is garbage; looking for it takes a tenth of the time.
    gc.set_threshold(20_000, 20, 20)
    try:
        wirewatch(prog_name="wirewatch")
    except SystemExit as end:
        _leave(end)


def _open_what_is_closed() -> None:
    """Give the standard streams that were closed an end in nothing: whoever closes one wants to know no more,
    and its number would be the next file's, such as the archive's."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - to the end


def _leave(end: SystemExit) -> NoReturn:
    """End the process without taking it apart object by object, which takes as long as a small command.

    Where threads still work, or something cannot be written any more, it ends in the usual way.
    """
    if threading.active_count() > 1 or not isinstance(end.code, int | None):
        raise end
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        raise end from None
    os._exit(end.code or 0)
