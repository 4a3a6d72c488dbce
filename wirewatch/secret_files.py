"""Where do secrets come from?

From the files that keys ending in `_file` name, which stand for the key without it. The bot token, which
can also come from elsewhere, is `wirewatch/bot_token.py`; keeping secrets out of sight is
`wirewatch/secrets.py`.
"""

from contextlib import suppress
from pathlib import Path

from wirewatch.bot_token import read_one_line
from wirewatch.config_errors import ConfigError, Place
from wirewatch.secrets import Secret
from wirewatch.yaml_positions import Mapping, Node, Scalar


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


def beside(place: Place, named: str) -> Path:
    """The file that `named` means where it stands at `place`."""
    path = Path(named)
    # What is said to lie in the home of a user whom nobody knows, is not there.
    with suppress(RuntimeError):
        path = path.expanduser()
    return Path(place.file).parent / path


def _content(value: Node, place: Place, key: str) -> tuple[str, ConfigError | None]:
    named = value.value if isinstance(value, Scalar) else None
    if not isinstance(named, str) or not named:
        return "", ConfigError(place, key, "no path", "the path of a file")
    if "://" in named:
        # Probably the secret itself, in the wrong key.
        return "", ConfigError(place, key, "an address (not shown)", "the path of a file that holds it")
    file = beside(place, named)
    text, error = read_one_line(file, place, key)
    if error is None and not text.strip():
        error = ConfigError(place, key, f"{file}, which is empty", "a file with one line")
    return text.strip(), error


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
