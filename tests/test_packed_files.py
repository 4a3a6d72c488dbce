"""What config files say is kept in little room, and comes back as it was."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.command_line import ROOT
from tests.config_folder import TERMS, WATCHES, locations, whole, write
from wirewatch.packed_files import pack
from wirewatch.settings import load
from wirewatch.yaml_positions import read

SHIPPED = sorted((ROOT / "config").rglob("*.yaml"))


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_what_a_shipped_file_says_comes_back_whole(file: Path) -> None:
    parsed = read(file)
    packed = pack(parsed)
    assert packed.digest == parsed.digest
    assert packed.unpacked() == parsed
    assert len(packed.content) < file.stat().st_size + 500


def test_mistakes_and_places_come_back(tmp_path: Path) -> None:
    (tmp_path / "f.yaml").write_text("a: 1\na: [2, {b: }]\n")
    parsed = read(tmp_path / "f.yaml")
    assert pack(parsed).unpacked() == parsed
    assert [str(error.place) for error in pack(parsed).unpacked().errors] == [f"{tmp_path}/f.yaml:2:1"]


def test_a_list_that_stands_in_many_places_is_packed_once(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    (tmp_path / "f.yaml").write_text("\n".join(lines))
    assert len(pack(read(tmp_path / "f.yaml")).content) < 1000


def test_of_an_edit_only_the_edited_file_is_packed_anew(tmp_path: Path) -> None:
    where = locations(tmp_path, whole())
    before = load(where, {}).compile().files
    assert where.config is not None
    write(where.config, {"watches.yaml": whole()["watches.yaml"] + "    urgency: low\n"})
    after = load(where, {}, load(where, {})).compile().files
    assert before is not None
    assert after is not None
    watches = where.config / "watches.yaml"
    assert {file for file in after.before if after.before[file] != before.before[file]} == {watches}


def test_settings_that_are_in_force_hold_no_nodes() -> None:
    program = (
        "import gc; from wirewatch.config_files import locate; from wirewatch.settings import load\n"
        "from wirewatch.yaml_positions import Mapping, Scalar, Sequence\n"
        "ready = load(locate(None, {'HOME': '/nowhere'})).compile(); gc.collect()\n"
        "print(len(ready.sources) > 0, sum(type(o) in (Mapping, Scalar, Sequence) for o in gc.get_objects()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.split() == ["True", "0"]


PROGRAM = """
import gc, sys, tracemalloc
from pathlib import Path
from wirewatch.config_files import Locations
from wirewatch.rooms import Rulebook
from wirewatch.settings import load

def held(folder):
    tracemalloc.start()
    rules = Rulebook.compile(load(Locations(Path(folder), Path(folder), Path(folder)), {}).compile())
    gc.collect()
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return size, len(rules.sources)

held(sys.argv[1])  # What the first reading loads stays loaded.
(small, few), (large, many) = held(sys.argv[1]), held(sys.argv[2])
print((large - small) // (many - few))
"""


def test_a_source_more_takes_no_more_than_three_kilobytes(tmp_path: Path) -> None:
    for name, count in (("few", 10), ("many", 510)):
        entries = "".join(
            f"  - {{name: feed-{n}, url: 'https://news-{n}.example/feed', every: 1h}}\n" for n in range(count)
        )
        write(tmp_path / name, {"watches.yaml": WATCHES, "terms/laos.yaml": TERMS})
        write(tmp_path / name, {"sources/all.yaml": f"sources:\n{entries}"})
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "few"), str(tmp_path / "many")],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert int(done.stdout) < 3 * 1024
