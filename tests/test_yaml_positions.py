"""YAML 1.2 as it is read, with the place of every key, and how broken files are told."""

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirewatch.yaml_positions import Mapping, parse, plain, read

FILE = Path("f.yaml")


def mistakes(text: str) -> list[str]:
    return [str(error) for error in parse(text, FILE)[1]]


def test_scalars_mean_what_yaml_1_2_says() -> None:
    node, errors = parse(
        "country: NO\nquiet: 22:30\non: on\nday: 2026-11-24\nport: 0o17\nhex: 0x1F\nquoted: '5'\n"
        "nothing: ~\nempty:\nyes: true\nfloat: 1e3\nhalf: .5\nsigned: -100\nversion: 1.2.3\n",
        FILE,
    )
    assert errors == []
    assert node is not None
    assert plain(node) == {
        "country": "NO",
        "quiet": "22:30",
        "on": "on",
        "day": "2026-11-24",
        "port": 15,
        "hex": 31,
        "quoted": "5",
        "nothing": None,
        "empty": None,
        "yes": True,
        "float": 1000.0,
        "half": 0.5,
        "signed": -100,
        "version": "1.2.3",
    }


def test_every_key_knows_its_line_and_column() -> None:
    node, _ = parse("a: 1\nb:\n  c: {d: 2,\n      e: [x, y]}\n", FILE)
    assert isinstance(node, Mapping)
    b = node.items["b"]
    assert isinstance(b, Mapping)
    c = b.items["c"]
    assert isinstance(c, Mapping)
    places = [str(node.keys["b"]), str(b.keys["c"]), str(c.keys["d"]), str(c.keys["e"])]
    assert places == ["f.yaml:2:1", "f.yaml:3:3", "f.yaml:3:7", "f.yaml:4:7"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "a: 1\nb: 2\na: 3\n",
            "f.yaml:3:1: a: found a a second time (first on line 1), expected every key once",
        ),
        (
            "sources:\n  - name: x\n    url: a\n    url: b\n",
            "f.yaml:4:5: sources.x.url: found url a second time (first on line 3), expected every key once",
        ),
        ("a:\n\tb: 1\n", "f.yaml:2:1: found a tab, expected spaces for indentation"),
        ("query: @laos\n", "f.yaml:1:8: found a value that begins with @, expected it in quotes"),
        (
            "title: Laos: a country\n",
            "f.yaml:1:12: found a colon where no key can be, "
            "expected quotes around a value with ': ' in it, or the line above ended",
        ),
        (
            "a: [1, 2\n",
            "f.yaml:2:1: found broken YAML (expected ',' or ']', but got '<stream end>' "
            "while parsing a flow sequence from line 1)",
        ),
        ("a: 1\nb\nc: 2\n", "f.yaml:2:1: found a line without a colon, expected key: value"),
        ("a: !secret x\n", "f.yaml:1:4: found the tag !secret, expected a plain value"),
        ("a: 1\n---\nb: 2\n", "f.yaml:2:1: found a second document (---), expected one document a file"),
        ("a: \x07\n", "f.yaml:1:4: found the character U+0007, expected printable text"),
        ("a: *b\n", "f.yaml:1:4: found *b, expected the name of an anchor (&) above"),
        ("- &a [*a]\n", "f.yaml:1:7: found *a, expected the name of an anchor (&) above"),
        (
            "%YAML 1.1\n---\na: on\n",
            "f.yaml:2:1: found YAML 1.1, expected YAML 1.2, which is meant without a %YAML line too",
        ),
        (
            f"%YAML 1.{'9' * 5000}\n---\n",
            "f.yaml:1:6: found broken YAML (expected a version such as 1.2 "
            "while scanning a directive from line 1)",
        ),
        (
            'a: "\\UFFFFFFFF"\n',
            "f.yaml:1:7: found broken YAML (found an escape that stands for no character)",
        ),
        (
            'a: "\\ud83d"\n',
            "f.yaml:1:4: found half of a character, expected both halves, or the character itself",
        ),
        ('"a\\0": 1\n', "f.yaml:1:1: found the character U+0000, expected printable text"),
        (
            '"a\\nb": 1\n"a\\nb": 2\n',
            "f.yaml:2:1: a b: found 'a b' a second time (first on line 1), expected every key once",
        ),
        ("? [1]\n: 2\n", "f.yaml:1:3: found a list or mapping as a key, expected a plain key"),
    ],
)
def test_a_broken_file_is_told_in_one_line(text: str, line: str) -> None:
    assert mistakes(text) == [line]


def test_of_a_key_given_twice_the_first_counts() -> None:
    node, errors = parse("a: 1\na: 2\n", FILE)
    assert node is not None
    assert (plain(node), len(errors)) == ({"a": 1}, 1)


def test_a_version_line_and_the_escapes_of_json_can_be_there() -> None:
    node, errors = parse('%YAML 1.2\n---\n{"a": "\\ud83d\\ude00", "\\ud83d\\ude00": "\\u00e9"}\n', FILE)
    assert node is not None
    assert (plain(node), errors) == ({"a": "😀", "😀": "é"}, [])


def test_a_number_without_end_is_text() -> None:
    node, _ = parse(f"a: 0x{'f' * 5000}\nb: {'9' * 5000}\n", FILE)
    assert plain(node) == {"a": f"0x{'f' * 5000}", "b": float("inf")} if node else False


def test_aliases_that_stand_for_more_than_memory_holds_are_refused() -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]" for a, b in itertools.pairwise("abcdefghij")]
    # The sixth stands for over half of that.
    assert mistakes("\n".join(lines)) == [
        "f.yaml:7:8: found aliases for more than 1000000 values, expected fewer of them"
    ]


def test_an_anchor_can_be_used_again() -> None:
    node, errors = parse("a: &x [1, 2]\nb: *x\n", FILE)
    assert node is not None
    assert (plain(node), errors) == ({"a": [1, 2], "b": [1, 2]}, [])


def test_a_file_nested_without_end_is_refused() -> None:
    assert mistakes("[" * 5000) == ["f.yaml:1:32: found more than 30 levels, expected a flatter file"]


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n", "\ufeff"])
def test_an_empty_file_is_an_empty_mapping(tmp_path: Path, text: str) -> None:
    (tmp_path / "f.yaml").write_text(text, encoding="utf-8")
    file = read(tmp_path / "f.yaml")
    assert file.node is not None
    assert (plain(file.node), file.errors) == ({}, ())


def test_bytes_that_are_no_utf_8_are_told_with_their_place(tmp_path: Path) -> None:
    file = tmp_path / "f.yaml"
    file.write_bytes("a: ລາວ\nb: ".encode() + b"\xff\n")
    errors = read(file).errors
    assert [str(error) for error in errors] == [f"{file}:2:4: found the byte 0xff, expected UTF-8 text"]


def test_a_file_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    assert [str(error) for error in read(tmp_path).errors] == [
        f"{tmp_path}: found a file that cannot be read (Is a directory)"
    ]


# What YAML gives a meaning to, and what goes wrong within it.
PIECES = (
    "%YAML 1.2", "%YAML 1.", "%TAG ! tag:x", "---", "...", "\n", "\n  ", "- ", "? ", ": ", "a: ", '"', "'",
    '"\\u', "\\ud83d", "\\UFFFFFFFF", "\\x", "{", "}", "[", "]", ", ", "&a ", "*a", "!", "!<tag:%FF> ",
    "!<%ZZ> ", "|", ">-", "|9", "# c", "\t", "\r", "\ufeff", "@", "`", "%", "<<: ", "0x", "1e5", "9" * 50,
    "~", "\0", "\u2028",
)  # fmt: skip


@given(
    st.text(st.characters(categories=["L", "N", "P", "S", "Z", "Cc"]), max_size=80)
    | st.lists(st.sampled_from(PIECES), max_size=20).map("".join)
)
def test_any_text_gives_a_document_or_mistakes_and_never_a_traceback(text: str) -> None:
    node, errors = parse(text, FILE)
    assert node is not None or errors
    assert all("\n" not in str(error) for error in errors)
