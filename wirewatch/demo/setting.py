"""With what config does the demo's daemon run?

A folder as a user would have it: the newsroom's outlets as sources, one Telegram chat at the
stand-in, the shipped watches and term sets underneath. Playing it is `run.py`.
"""

from collections.abc import Sequence
from pathlib import Path

from ruamel.yaml import YAML

CHANNEL = "desk"


def write_config(
    folder: Path, sources: Sequence[dict[str, object]], *, api_url: str, token: str, chat: int
) -> None:
    """Write `wirewatch.yaml`, `sources/demo.yaml` and the token file into `folder`."""
    main = {
        "version": 1,
        "timezone": "Asia/Vientiane",
        "archive": str(folder / "wirewatch.db"),
        "shipped": ["watches", "terms"],
        # The newsroom is on loopback, one address an outlet, and may be asked more often than others.
        "fetch": {"allow_private": ["127.0.0.0/8"], "min_delay": "200ms"},
        "telegram": {"api_url": api_url},
        "channels": [{"name": CHANNEL, "type": "telegram", "chat": chat}],
        # No port is taken from a daemon that may be running here.
        "http": {"listen": None},
    }
    (folder / "sources").mkdir(parents=True)
    yaml = YAML()
    yaml.dump(main, folder / "wirewatch.yaml")
    yaml.dump({"sources": list(sources)}, folder / "sources" / "demo.yaml")
    secret = folder / "telegram.token"
    secret.touch(mode=0o600)
    secret.write_text(f"{token}\n", encoding="utf-8")
