"""Does every kind of message look as it was last looked at, in every script?

Where the looks are meant to change: `python -m tests.messages.golden`, then look at the difference.
"""

import pytest

from tests.messages.golden.day import FILE, drawn_day
from tests.messages.golden.drawing import FOLDER, NOW, drawn
from tests.messages.golden.words import SCRIPTS
from tests.peers.botapi import parser_objection
from tests.peers.judges import tdlib_parse


@pytest.mark.parametrize("script", SCRIPTS)
def test_messages_look_as_they_did(script: str) -> None:
    assert drawn(script) == (FOLDER / f"{script}.txt").read_text(encoding="utf-8")


async def test_a_storys_day_looks_as_it_did() -> None:
    assert await drawn_day() == FILE.read_text(encoding="utf-8")


@pytest.mark.parametrize("script", SCRIPTS)
def test_telegram_takes_them_all(script: str) -> None:
    from alerts.channel import ConsoleChannel
    from alerts.messages.samples import samples
    from alerts.outbox.rehearsal import rehearse

    for sample in samples(NOW, SCRIPTS[script]).values():
        message = rehearse(
            sample.content, ConsoleChannel(name="c", type="console"), additions=sample.additions
        )
        assert parser_objection(message.text) == ""
        assert tdlib_parse(message.text).text
