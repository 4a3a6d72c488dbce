"""`wirewatch init`: from a bot's token to the first message in the chat.

Three questions at most; each can be answered by an option or the environment instead. What Telegram is
asked is `alerts/bot/meeting.py`, what is written `wirewatch/setting_up.py`.
"""

import asyncio
import os
import re
import sys
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, TextIO
from zoneinfo import ZoneInfo, available_timezones

import click

from wirewatch.cli.expected_errors import FAILURE
from wirewatch.config_errors import nearest

if TYPE_CHECKING:
    from telegram import Bot

    from alerts.bot.meeting import Place
    from wirewatch.setting_up import FirstConfig

_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")
# One long poll of the waiting (seconds): short, so that Ctrl-C is heard.
_POLL = 5
EDITS = """\
The bot may edit other people's posts there. It never does; but with that right it cannot look whether a
lost message arrived, and sends it again. Take the right away: administrators, the bot, "Edit messages"."""


def _chat(_ctx: click.Context, _option: click.Parameter, value: str | None) -> int | str | None:
    from alerts.channel import parse_chat

    try:
        return None if value is None else parse_chat(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


@click.command()
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path, file_okay=False), required=False)
@click.option(
    "--token-file",
    type=click.File(),
    help="Read the token from this file, - for stdin; without it from WIREWATCH_TELEGRAM_TOKEN, or ask.",
)
@click.option(
    "--chat",
    callback=_chat,
    metavar="CHAT",
    help="The chat's number or @name, in place of choosing it from those the bot hears.",
)
@click.option("--topic", type=click.IntRange(min=1), help="The number of a topic of that chat.")
@click.option("--timezone", help="The clock of messages, such as Asia/Vientiane.")
@click.option("--api-url", metavar="URL", help="An own Bot API server.")
@click.option("--wait", default=120, show_default=True, help="Seconds to wait for a word from a chat.")
def command(
    folder: Path | None,
    token_file: TextIO | None,
    chat: int | str | None,
    topic: int | None,
    timezone: str | None,
    api_url: str | None,
    wait: int,
) -> None:
    """Make a small config in DIR: connect a bot and a chat, and send the first message there.

    DIR is config/ in a checkout, else ~/.config/wirewatch. The token is asked for without showing it,
    and kept in a file that only you may read. Nothing is written before the message has arrived.
    """
    from wirewatch import setting_up

    folder = folder or _usual_folder()
    try:
        setting_up.check_free(folder)
        zone = _zone(timezone)
        token, is_ours = _token(token_file.read() if token_file is not None else None)
        config = asyncio.run(_introduce(token, chat, topic, zone, api_url, wait))
        setting_up.write(folder, config, token if is_ours else None)
    except (setting_up.AlreadySetUp, OSError) as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(FAILURE)
    _tell_next(folder, is_ours)


def _usual_folder() -> Path:
    from wirewatch.config_files import checkout, user_folder

    root = checkout()
    return root / "config" if root is not None else user_folder(os.environ)


def _token(given: str | None) -> tuple[str, bool]:
    """The token, and whether it is to be written down."""
    from wirewatch.bot_token import TOKEN_VARIABLE
    from wirewatch.secrets import Secret

    from_environment = (os.environ.get(TOKEN_VARIABLE) or None) if given is None else None
    said = from_environment if given is None else given
    if said is None:
        click.echo("Make a bot: write /newbot to @BotFather in Telegram. It answers with a token.")
    while True:
        token = click.prompt("Token (not shown)", hide_input=True).strip() if said is None else said.strip()
        Secret(token)
        if _TOKEN.fullmatch(token):
            return token, from_environment is None
        if said is not None:
            raise click.UsageError("the token is not as BotFather gives it: digits, a colon, letters")
        click.echo("That is no token: digits, a colon, letters.")


def _zone(given: str | None) -> str:
    default = _own_zone()
    while True:
        name = given or click.prompt("Time zone", default=default)
        if name in available_timezones():
            return str(ZoneInfo(name))
        close = nearest(name, available_timezones())
        hint = f", did you mean {close}" if close else ""
        if given is not None:
            raise click.UsageError(f"--timezone: found {given}, expected an IANA zone{hint}")
        click.echo(f"No such zone{hint}")


def _own_zone() -> str:
    """The zone of this machine."""
    for said in (os.environ.get("TZ", "").lstrip(":"), str(Path("/etc/localtime").resolve())):
        name = said.partition("zoneinfo/")[2] or said
        if name in available_timezones():
            return name
    return "UTC"


async def _introduce(
    token: str, chat: int | str | None, topic: int | None, zone: str, api_url: str | None, wait: int
) -> "FirstConfig":
    """Speak to Telegram: the bot's name, the chat, what the bot may do there, the first message."""
    from alerts.bot.meeting import BotError, greet, meeting, name_of, permissions
    from alerts.channel import TelegramSettings
    from wirewatch.setting_up import FirstConfig

    async with meeting(token, TelegramSettings(api_url=api_url)) as bot:
        name = await name_of(bot)
        click.echo(f"This is {name}.")
        if chat is None:
            place = await _choose(bot, name, wait)
            chat, topic = place.chat, topic or place.topic
        stands = await permissions(bot, chat, topic)
        if stands.hindrance is not None:
            raise BotError(f"{stands.title}: {stands.hindrance}. Then run this again")
        await greet(bot, chat, topic, "Wirewatch is connected: alerts come here.")
        click.echo(f"A first message stands in {stands.title}.")
        if stands.may_edit_others:
            click.echo(EDITS)
        return FirstConfig(zone, str(chat), stands.title, topic, api_url)


async def _choose(bot: "Bot", name: str, wait: int) -> "Place":
    """Ask which of the chats from which the bot hears is meant."""
    from alerts.bot.meeting import BotError, hear

    click.echo(f"Write /start to {name}, or add it to your group or channel. Waiting {wait} s at most …")
    found: dict[Place, None] = {}
    offset, until = 0, monotonic() + wait
    while True:
        heard, offset = await hear(bot, offset, 0 if found else _POLL)
        fresh = [place for place in heard if place not in found]
        found |= dict.fromkeys(fresh)
        if not found:
            if monotonic() > until:
                raise BotError(f"{name} heard nothing: name the chat with --chat, or run this again")
            continue
        for number, place in enumerate(found, 1):
            click.echo(f"  {number}  {place}")
        answer = click.prompt("Which one? (0 to look again)", default=1, type=click.IntRange(0, len(found)))
        if answer:
            return list(found)[answer - 1]


def _tell_next(folder: Path, is_ours: bool) -> None:
    click.echo(f"{folder / 'wirewatch.yaml'} is written" + (", the token beside it." if is_ours else "."))
    if not is_ours:
        click.echo("The token stays in WIREWATCH_TELEGRAM_TOKEN: `wirewatch run` needs it there.")
    option = "" if folder.resolve() == _usual_folder().resolve() else f" --config {folder}"
    click.echo(f"Next: wirewatch check{option}, then wirewatch run{option}")
