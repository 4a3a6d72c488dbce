"""How many examples does a property test try?

As many as it says; a hundred times as many under `HYPOTHESIS_PROFILE=fuzz` (`make fuzz`). Tests that
name no number take the profile's, which `tests/conftest.py` loads.
"""

import os

from hypothesis import settings

FUZZ = os.environ.get("HYPOTHESIS_PROFILE") == "fuzz"
FACTOR = 100 if FUZZ else 1
USUAL = 100


def examples(number: int) -> settings:
    """The settings of a test that tries so many examples."""
    return settings(max_examples=number * FACTOR, deadline=None)
