"""`python -m tests.messages.golden`: write the golden files anew."""

from tests.messages.golden.drawing import FOLDER, drawn
from tests.messages.golden.words import SCRIPTS

for script in SCRIPTS:
    (FOLDER / f"{script}.txt").write_text(drawn(script), encoding="utf-8")
