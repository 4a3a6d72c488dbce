"""Where do secrets come from?

The keys that end in `_file`, which stand for the key without it, and the bot token, which can
also come from the environment or from systemd's credentials. Keeping them out of sight is
`wirewatch/secrets.py`.
"""

import re
from collections.abc import Mapping as Environ
from pathlib import Path

from wirewatch.config_errors import ConfigError, Place
from wirewatch.secrets import Secret
from wirewatch.yaml_positions import Mapping, Node, Scalar

TOKEN_VARIABLE = "WIREWATCH_TELEGRAM_TOKEN"  # noqa: S105, the name of the variable
TOKEN_NAME = "telegram.token"  # noqa: S105, the name of the file
_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")
_LONGEST = 10_000


def resolve_files(node: Mapping, names: tuple[str, ...], path: str) -> tuple[Mapping, list[ConfigError]]:
    """`node` with each `NAME_file` replaced by NAME and what the file says.

    Only for the `names` given. Files are relative to the file that names them. What was read is
    made known to `mask`, and its node is marked so that no error shows it.
    """
    errors: list[ConfigError] = []
    items, keys = dict(node.items), dict(node.keys)
    for name in names:
        key = f"{name}_file"
        if key not in items:
            continue
        place, value = keys.pop(key), items.pop(key)
        if name in items:
            found = f"both {name} and {key}"
            errors.append(ConfigError(place, _join(path, key), found, f"{name} or {key}"))
            continue
        text, error = _content(value, place, _join(path, key))
        if error is not None:
            errors.append(error)
            # Something must stand there, or the key would be reported as missing as well.
            text = ""
        Secret(text)
        items[name], keys[name] = Scalar(place, text, secret=True, failed=error is not None), place
    return Mapping(node.place, items, keys), errors


def find_token(
    environ: Environ[str, str], token_file: Path, place: Place, key: str
) -> tuple[Secret | None, list[ConfigError]]:
    """The bot token by the first of: environment, systemd credential, `token_file`.

    None where no place has one, which is no mistake: alerts then go to the terminal.
    """
    folder = environ.get("CREDENTIALS_DIRECTORY")
    if environ.get(TOKEN_VARIABLE):
        return _as_token(environ[TOKEN_VARIABLE], Place(TOKEN_VARIABLE), "")
    if folder and (Path(folder) / TOKEN_NAME).exists():
        token_file, place, key = Path(folder) / TOKEN_NAME, Place(Path(folder) / TOKEN_NAME), ""
    if not token_file.exists():
        return None, []
    text, error = _read(token_file, place, key)
    return (None, [error]) if error is not None else _as_token(text, place, key)


def beside(place: Place, named: str) -> Path:
    """The file that `named` means where it stands at `place`."""
    return Path(place.file).parent / Path(named).expanduser()


def _as_token(text: str, place: Place, key: str) -> tuple[Secret | None, list[ConfigError]]:
    secret = Secret(text.strip())
    if _TOKEN.fullmatch(secret.reveal()):
        return secret, []
    found = "a text that is no bot token (not shown)" if text.strip() else "an empty token"
    expected = "the token as BotFather gives it: digits, a colon, letters"
    return None, [ConfigError(place, key, found, expected)]


def _content(value: Node, place: Place, key: str) -> tuple[str, ConfigError | None]:
    named = value.value if isinstance(value, Scalar) else None
    if not isinstance(named, str) or not named:
        return "", ConfigError(place, key, "no path", "the path of a file")
    if "://" in named:
        # Probably the secret itself, in the wrong key.
        return "", ConfigError(place, key, "an address (not shown)", "the path of a file that holds it")
    file = beside(place, named)
    text, error = _read(file, place, key)
    if error is None and not text.strip():
        error = ConfigError(place, key, f"{file}, which is empty", "a file with one line")
    return text.strip(), error


def _read(file: Path, place: Place, key: str) -> tuple[str, ConfigError | None]:
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as failure:
        found = f"{file}, which cannot be read ({failure.strerror})"
        if isinstance(failure, FileNotFoundError):
            found = f"{file}, which does not exist"
        return "", ConfigError(place, key, found, "the path of a file")
    except ValueError:
        return "", ConfigError(place, key, f"{file}, which is not text", "a file with one line")
    if len(text) > _LONGEST:
        return "", ConfigError(place, key, f"{file}, which is long", "a file with one line")
    return text, None


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
