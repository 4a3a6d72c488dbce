"""`python -m tests.messages.golden`: write the golden files anew."""

import asyncio

from tests.messages.golden.day import FILE, drawn_day
from tests.messages.golden.drawing import FOLDER, drawn
from tests.messages.golden.words import SCRIPTS

for script in SCRIPTS:
    (FOLDER / f"{script}.txt").write_text(drawn(script), encoding="utf-8")
FILE.write_text(asyncio.run(drawn_day()), encoding="utf-8")
