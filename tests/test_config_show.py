"""`wirewatch config show`: the merged entry, and which file said what."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.command_line import Ended, run
from tests.config_folder import whole, write
from wirewatch.cli.expected_errors import BAD_CONFIG
from wirewatch.config_errors import Place
from wirewatch.merged_entry import render
from wirewatch.yaml_positions import Mapping, Node, Scalar, Sequence, parse, plain

HERE = Place("f.yaml", 1, 1)


@pytest.fixture
def show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """`config show` over a shipped layer and an own one."""
    own = {
        "sources/mine.yaml": "sources:\n  - name: laotian-times\n    every: 5m\n",
        "watches.yaml": "watches:\n\n  - name: laos\n    urgency: breaking\n    channels: [desk]\n",
    }
    write(tmp_path / "config", own)
    write(tmp_path / "shipped", whole())
    monkeypatch.setattr("wirewatch.config_files.shipped", lambda: Path("shipped"))
    monkeypatch.chdir(tmp_path)

    def show_entry(entry: str) -> Ended:
        return run("config", "show", entry)

    return show_entry


def test_a_watch_is_shown_merged_with_file_and_line_of_every_key(show) -> None:  # type: ignore[no-untyped-def]
    assert show("watch:laos").out == (
        "name: laos  # config/watches.yaml:3\n"
        "title: Laos  # shipped/watches.yaml:3\n"
        "query: '@laos'  # shipped/watches.yaml:4\n"
        "unless: '@sport'  # shipped/watches.yaml:5\n"
        "urgency: breaking  # config/watches.yaml:4\n"
        "channels: [desk]  # config/watches.yaml:5\n"
    )


def test_a_source_is_shown(show) -> None:  # type: ignore[no-untyped-def]
    assert show("source:laotian-times").out.splitlines()[-2:] == [
        "url: 'https://laotiantimes.example/feed/'  # shipped/sources/laos.yaml:8",
        "every: 5m  # config/sources/mine.yaml:3",
    ]


def test_a_term_set_is_shown_down_to_its_terms(show) -> None:  # type: ignore[no-untyped-def]
    assert show("terms:laos").out == (
        "terms:  # shipped/terms/laos.yaml:3\n"
        "  - name: Laos  # shipped/terms/laos.yaml:4\n"
        "    exact: [Laos]  # shipped/terms/laos.yaml:5\n"
        "    spell:  # shipped/terms/laos.yaml:6\n"
        "      lo: [ລາວ]  # shipped/terms/laos.yaml:6\n"
    )


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        ("watch:lao", "Error: found watch:lao, expected a watch of the config, did you mean watch:laos"),
        ("laos", "Error: found laos, expected one of watch:NAME, source:NAME, terms:NAME"),
        ("set:laos", "Error: found set:laos, expected one of watch:NAME, source:NAME, terms:NAME"),
    ],
)
def test_what_is_not_there_is_told_with_the_nearest_name(show, asked: str, line: str) -> None:  # type: ignore[no-untyped-def]
    ended = show(asked)
    assert (ended.out, ended.err.splitlines()[-1], ended.code) == ("", line, 2)


def test_a_config_that_cannot_be_read_is_not_shown(show, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    write(tmp_path / "config", {"terms/broken.yaml": "sets: [\n"})
    ended = show("watch:laos")
    assert (ended.out, ended.code) == ("", BAD_CONFIG)
    assert ended.err.startswith("config/terms/broken.yaml:2:1: found broken YAML")


def test_the_config_of_a_secret_file_shows_the_file_only(show, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    source = "sources: [{name: s, url: 'https://u:hunter2secret@s.example/', proxy_file: p}]\n"
    write(tmp_path / "config", {"sources/s.yaml": source, "sources/p": "hunter2secret"})
    shown = show("source:s").out
    assert "hunter2secret" not in shown
    assert "proxy_file: p " in shown


def test_what_may_hold_a_secret_is_named_and_not_shown(show, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    source = (
        "sources:\n"
        "  - name: s\n"
        "    url: https://s.example/\n"
        "    headers: {Authorization: Bearer hunter2, X-Key: [hunter2]}\n"
        "    proxy: socks5://me:hun/ter2@proxy.example\n"
        "  - {name: t, url: 'https://t.example/', proxy: 'http://proxy.example:3128'}\n"
    )
    write(tmp_path / "config", {"sources/s.yaml": source})
    shown = show("source:s").out
    assert "hun" not in shown
    assert "  Authorization: '***'  # config/sources/s.yaml:4\n" in shown
    assert "proxy: '***'" in shown
    assert "proxy: 'http://proxy.example:3128'" in show("source:t").out


_texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
_scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**9), 10**9),
    st.floats(allow_nan=False, allow_infinity=False),
    _texts,
)
_scalar_nodes = st.builds(Scalar, st.just(HERE), _scalars)


def _mapping(items: dict[str, Node]) -> Mapping:
    return Mapping(HERE, items, dict.fromkeys(items, HERE))


_nodes = st.recursive(
    _scalar_nodes,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: Sequence(HERE, tuple(items))),
        st.dictionaries(_texts, inner, max_size=3).map(_mapping),
    ),
    max_leaves=8,
)


@given(st.dictionaries(_texts, _nodes, min_size=1, max_size=4).map(_mapping))
def test_what_is_shown_reads_back_as_the_same(entry: Mapping) -> None:
    node, errors = parse(render(entry), Path("shown.yaml"))
    assert errors == []
    assert node is not None
    assert plain(node) == plain(entry)
