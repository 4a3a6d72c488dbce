"""Where does the bot token come from?

From the environment, from systemd's credentials or from a file. The other secrets that lie in files
of their own are `wirewatch/secret_files.py`; keeping all of them out of sight is `wirewatch/secrets.py`.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from wirewatch.config_errors import ConfigError, Place
from wirewatch.secrets import Secret

TOKEN_VARIABLE = "WIREWATCH_TELEGRAM_TOKEN"  # noqa: S105, the name of the variable
TOKEN_NAME = "telegram.token"  # noqa: S105, the name of the file
_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")
_LONGEST = 10_000


def find_token(
    environ: Mapping[str, str], token_file: Path, place: Place, key: str
) -> tuple[Secret | None, list[ConfigError]]:
    """The bot token by the first of: environment, systemd credential, `token_file`.

    None where no place has one, which is no mistake: alerts then go to the terminal.
    """
    folder = environ.get("CREDENTIALS_DIRECTORY")
    if environ.get(TOKEN_VARIABLE):
        return _as_token(environ[TOKEN_VARIABLE], Place(TOKEN_VARIABLE), "")
    if folder and _there(Path(folder) / TOKEN_NAME):
        token_file, place, key = Path(folder) / TOKEN_NAME, Place(Path(folder) / TOKEN_NAME), ""
    if not _there(token_file):
        return None, []
    text, error = read_one_line(token_file, place, key)
    return (None, [error]) if error is not None else _as_token(text, place, key)


def _there(file: Path) -> bool:
    """Whether there is such a file. One that may not be looked at is: reading it tells what is wrong."""
    try:
        file.stat()
    except PermissionError:
        return True
    except (OSError, ValueError):
        return False
    return True


def read_one_line(file: Path, place: Place, key: str) -> tuple[str, ConfigError | None]:
    """What a file with a secret says, or "" and what is wrong with it."""
    try:
        # Windows' editors begin a file with a mark.
        text = file.read_text(encoding="utf-8-sig")
    except OSError as failure:
        found = f"{file}, which cannot be read ({failure.strerror})"
        if isinstance(failure, FileNotFoundError):
            found = f"{file}, which does not exist"
        return "", ConfigError(place, key, found, "the path of a file")
    except ValueError:
        text = "\0"
    wrong = (
        ("not text", "\0" in text),
        ("long", len(text) > _LONGEST),
        ("of more than one line", len(text.strip().splitlines()) > 1),
    )
    if found := next((what for what, is_so in wrong if is_so), ""):
        return "", ConfigError(place, key, f"{file}, which is {found}", "a file with one line")
    return text, None


def _as_token(text: str, place: Place, key: str) -> tuple[Secret | None, list[ConfigError]]:
    secret = Secret(text.strip())
    if _TOKEN.fullmatch(secret.reveal()):
        return secret, []
    found = "a text that is no bot token (not shown)" if text.strip() else "an empty token"
    expected = "the token as BotFather gives it: digits, a colon, letters"
    return None, [ConfigError(place, key, found, expected)]
