"""What does a first config say?

`write` makes the folder that `wirewatch init` leaves: a small `wirewatch.yaml` with comments, and the
token in a file of its own that only its owner may read. The shipped sources, watches and term sets lie
under it, or, in a checkout, in it. Asking for what goes in is `wirewatch/cli/init.py`.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from wirewatch.bot_token import TOKEN_NAME
from wirewatch.config_files import MAIN_FILE, shipped
from wirewatch.yaml_positions import Mapping, read


class AlreadySetUp(Exception):
    """The folder holds a config that says something already."""


# What to edit: in a folder of one's own, and in a checkout's, where a name may not stand a second time.
ON_TOP = """\
# The shipped sources, watches (Laos, ASEAN, North Korea) and term sets are taken as they are. To change
# one, write the keys that differ under its name beside this file: sources/mine.yaml, watches.yaml,
# terms/mine.yaml. `wirewatch config show watch:laos` shows what counts, and where it stands."""
IN_PLACE = """\
# The sources, watches (Laos, ASEAN, North Korea) and term sets lie beside this file. To change one, edit
# it there: a name may stand only once. `wirewatch config show watch:laos` shows what counts, and where it
# stands."""


@dataclass(frozen=True, slots=True)
class FirstConfig:
    """`title` is the chat's, for a comment; `chat` its number or @name."""

    timezone: str
    chat: str
    title: str
    topic: int | None = None
    api_url: str | None = None


def check_free(folder: Path) -> None:
    """Raises AlreadySetUp where `folder` holds a config that would be lost."""
    file = folder / MAIN_FILE
    if not file.exists():
        return
    parsed = read(file)
    node, errors = parsed.node, parsed.errors
    # As it is shipped it says nothing but its version.
    says_nothing = isinstance(node, Mapping) and set(node.items) <= {"version"}
    if errors or not says_nothing:
        raise AlreadySetUp(f"{file} is there already: edit it, or name another folder")


def write(folder: Path, config: FirstConfig, token: str | None) -> None:
    """Write the folder; without a token no token file. Raises AlreadySetUp, OSError."""
    check_free(folder)
    folder.mkdir(parents=True, exist_ok=True)
    if token is not None:
        secret = folder / TOKEN_NAME
        # Never readable by others, not even for a moment.
        with os.fdopen(os.open(secret, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(f"{token}\n")
    new = folder / f".{MAIN_FILE}.new"
    edits = IN_PLACE if folder.resolve() == shipped().resolve() else ON_TOP
    new.write_text(text_of(config, edits), encoding="utf-8")
    new.replace(folder / MAIN_FILE)


def text_of(config: FirstConfig, edits: str = ON_TOP) -> str:
    """The text of `wirewatch.yaml`; `edits` says where sources, watches and term sets are changed."""
    chat = config.chat if config.chat.lstrip("-").isdigit() else f"'{config.chat}'"
    title = " ".join(config.title.split())
    topic = f"    topic: {config.topic}\n" if config.topic is not None else ""
    own_server = f"telegram:\n  api_url: {config.api_url}\n\n" if config.api_url else ""
    return f"""\
# What this installation of Wirewatch does. Every key is optional; an edit counts at once, without a restart.
# `wirewatch check` finds mistakes, `wirewatch check --live` also asks Telegram and some sources.
#
{edits}
version: 1

# The clock in messages and digests.
timezone: {config.timezone}

# Who answers for the requests; publishers see it in the User-Agent.
# contact: desk@example.org

{own_server}# Where alerts go. The bot's token is in telegram.token beside this file, never in here.
channels:
  - name: desk
    type: telegram
    chat: {chat}    # {title}
{topic}    # quiet_hours: {{from: '22:00', to: '06:30', breaking: pass}}
    # digest: '0 7 * * *'
  # - {{name: ops, type: telegram, chat: 123456789}}

# Where failures of sources and deliveries are told. Readers never see them.
# ops: ops
"""
