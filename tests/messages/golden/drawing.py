"""How is a golden file drawn: each message as its HTML, and as a picture as wide as a phone."""

from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

from rich.console import Console

from alerts.channel import TelegramChannel
from alerts.channels.interface import button_rows
from alerts.messages.samples import samples
from alerts.messages.terminal import picture
from alerts.outbox.rehearsal import rehearse
from archive.rules import checked
from tests.messages.golden.words import SCRIPTS

FOLDER = Path(__file__).parent
NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
CHANNEL = checked(
    TelegramChannel, {"name": "desk", "type": "telegram", "chat": -1001, "timezone": "Asia/Vientiane"}
)
# Columns; a phone shows about so many letters in a line.
PHONE = 46


def drawn(script: str) -> str:
    """The golden file of one script."""
    console = Console(file=StringIO(), width=PHONE, color_system=None, legacy_windows=False)
    for title, sample in samples(NOW, SCRIPTS[script]).items():
        message = rehearse(sample.content, CHANNEL, additions=sample.additions)
        console.file.write(f"# {title}\n{message.text}\n")
        rows = [[button.label for button in row] for row in button_rows(message.buttons)]
        console.print(picture(message.text, rows, chat="desk", width=PHONE))
    text = console.file
    assert isinstance(text, StringIO)
    return text.getvalue()
