"""Whatever happens in whatever order: is each alert told, in order, and as often as is counted?

The rules and the judgement are `life.py`. Few lives by default, a hundred times as many under `make fuzz`.
"""

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from archive.archive import Archive
from tests.examples import examples
from tests.outbox.life import Life

LIVES = 6
STEPS = 25


def test_a_life_amid_faults_crashes_and_clock_jumps_loses_nothing(archive: Archive) -> None:
    class OnThis(Life):
        pass

    OnThis.archive = archive
    run_state_machine_as_test(
        OnThis,
        settings=settings(
            examples(LIVES), stateful_step_count=STEPS, suppress_health_check=list(HealthCheck)
        ),
    )
