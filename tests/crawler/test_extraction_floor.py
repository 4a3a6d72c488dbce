"""Is the text found at least as well as plain trafilatura finds it, in every script?

The same pages, the same measure and the same run as `make bench` prints. By default one layout in each
script; at full size every layout, and the captured pages whose text is known.
"""

from pathlib import Path

import pytest

from benchmarks.extraction import Known, built, by_trafilatura, by_wirewatch, captured, measure


def assert_above_the_floor(pages: list[Known]) -> None:
    ours, floor = measure(pages, by_wirewatch), measure(pages, by_trafilatura)
    assert ours
    for script in ours:
        assert ours[script][3] >= floor[script][3], (script, ours[script], floor[script])
        assert ours[script][3] > 0.95, (script, ours[script])


def test_one_layout_in_every_script() -> None:
    pages = [page for page in built() if page.name.startswith(("table", "with_comments"))]
    assert len(pages) >= 8
    assert_above_the_floor(pages)


@pytest.mark.full
def test_every_layout_in_every_script() -> None:
    assert_above_the_floor(list(built()))


@pytest.mark.full
def test_captured_pages_whose_text_is_known(shared: Path) -> None:
    assert_above_the_floor(list(captured(shared / "data" / "pages")))
