"""Is a copy of what the story has withheld, and what says another number told?"""

from tests.stories.test_drift import LAUNCH, outcomes, place

UPDATED = (LAUNCH[0], LAUNCH[1].replace("600 kilometers", "740 kilometers"))


def test_the_copy_of_an_update_brings_nothing_new() -> None:
    told = place(("a", *LAUNCH), ("b", *UPDATED), ("c", *UPDATED), ("d", *LAUNCH))
    assert outcomes(told)[1:] == [(1, "reply", "update"), (1, "withhold", "copy"), (1, "withhold", "copy")]
    assert [one.likeness.copied for one in told[1:] if one.likeness] == [0, 1, 0]
