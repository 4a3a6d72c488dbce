"""`wirewatch check`: is the config right, and if not, where?

Every mistake on a line of stdout, warnings too, a summary last. Finding them is
`wirewatch/config_reading.py`.
"""

import asyncio
import json
import sys
from collections.abc import Sequence

import click

from wirewatch.cli.config_option import config_option, locations
from wirewatch.cli.expected_errors import BAD_CONFIG, FAILURE
from wirewatch.config_errors import ConfigErrors, ConfigWarning, Problem
from wirewatch.settings import Settings, load


@click.command()
@click.option("--live", is_flag=True, help="Also ask Telegram, ten sources and the proxies.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line in place of text.")
@config_option
def command(live: bool, as_json: bool) -> None:
    """Report every mistake in the config, with file and line.

    A line a mistake: file:line:column: key: found X, expected Y, did you mean Z. Lines that begin
    with "warning:" tell of what works, but hardly as it was meant. Ends with 78 if there is a
    mistake, with 0 otherwise.

    With --live it goes on to the real world, where the config is right: the token, the bot's rights in
    each chat and topic, ten sources, the proxies, the clock and the disk. Nothing is sent. Ends with 1 if
    something fails.
    """
    try:
        settings = load(locations())
    except ConfigErrors as failed:
        _print([*failed.errors, *failed.warnings], as_json)
        if not as_json:
            click.echo(f"{_count(len(failed.errors), 'mistake')}, {_warned(failed.warnings)}")
        sys.exit(BAD_CONFIG)
    _print(settings.warnings, as_json)
    if not as_json:
        click.echo(f"ok: {_summary(settings)}, {_warned(settings.warnings)}")
    if live and asyncio.run(_look(settings, as_json)) == "error":
        sys.exit(FAILURE)


async def _look(settings: Settings, as_json: bool) -> str:
    """Print what the real world says; the gravest level."""
    from wirewatch.live_checks import look, worst

    findings = []
    async for finding in look(settings):
        findings.append(finding)
        if as_json:
            said = {"level": finding.level, "subject": finding.subject, "message": finding.text}
            click.echo(json.dumps(said, ensure_ascii=False))
        else:
            click.echo(f"{finding.level}: {finding.subject}: {finding.text}")
    return worst(findings)


def _print(problems: Sequence[Problem], as_json: bool) -> None:
    for problem in problems:
        warns = isinstance(problem, ConfigWarning)
        if as_json:
            click.echo(json.dumps(_fields(problem, warns), ensure_ascii=False))
            continue
        click.echo(f"{'warning: ' if warns else ''}{problem}")
        for line in problem.detail.splitlines():
            click.echo(f"    {line}")


def _fields(problem: Problem, warns: bool) -> dict[str, str | int | None]:
    return {
        "level": "warning" if warns else "error",
        "file": str(problem.file),
        "line": problem.line,
        "column": problem.column,
        "key": problem.key,
        "message": problem.message,
    }


def _summary(settings: Settings) -> str:
    counts = (
        (len(settings.sources), "source"),
        (len(settings.watches), "watch"),
        (len(settings.sets), "term set"),
        (len(settings.channels), "channel"),
    )
    return ", ".join(_count(number, word) for number, word in counts)


def _warned(warnings: Sequence[ConfigWarning]) -> str:
    return _count(len(warnings), "warning")


def _count(number: int, word: str) -> str:
    plural = word + ("es" if word.endswith("ch") else "s")
    return f"{number} {word if number == 1 else plural}"
