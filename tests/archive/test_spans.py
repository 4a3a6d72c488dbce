"""A span of time is said in a unit of which there is more than one."""

from datetime import timedelta

import pytest

from archive.spans import length


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "a moment"),
        (0.9, "a moment"),
        (1, "1 s"),
        (40, "40 s"),
        (119, "119 s"),
        (120, "2 min"),
        (7199, "119 min"),
        (7200, "2 h"),
        (172799, "47 h"),
        (172800, "2 days"),
    ],
)
def test_it_is_said_in_its_largest_unit_that_is_not_one_alone(seconds: float, said: str) -> None:
    assert length(timedelta(seconds=seconds)) == said
