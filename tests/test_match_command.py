"""`wirewatch match`: a line out for a line in, with the evidence."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.command_line import ROOT, Ended, run, run_alone
from tests.config_folder import whole, write


@pytest.fixture
def config(tmp_path: Path) -> Path:
    terms = """\
        sets:
          laos:
            terms:
              - {name: Laos, exact: [Laos], spell: {lo: [ລາວ]}}
          ruler:
            terms:
              - name: Kim
                spell: {en: [Kim]}
                with: {any: [missile], within: 5}
        """
    watches = """\
        watches:
          - {name: laos, query: '@laos OR country:LA'}
          - {name: kim, query: '@ruler'}
          - {name: word, query: 'dam AND NOT body:river'}
          - {name: off, query: dam, enabled: false}
        """
    files = whole(wirewatch="shipped: []\n", terms__laos=terms, watches=watches)
    return write(tmp_path / "config", files)


def match(config: Path, *articles: Mapping[str, object] | str) -> Ended:
    lines = (line if isinstance(line, str) else json.dumps(line) for line in articles)
    return run("match", "--config", config, stdin="".join(f"{line}\n" for line in lines))


def test_the_line_has_the_keys_of_the_contract(config: Path) -> None:
    ended = match(config, {"id": "1", "title": "The dam in Laos"})
    assert json.loads(ended.out) == {
        "id": "1",
        "watches": [
            {
                "name": "laos",
                "hits": [
                    {"field": "title", "start": 11, "end": 15, "text": "Laos", "term": "Laos", "set": "laos"}
                ],
            },
            {
                "name": "word",
                "hits": [{"field": "title", "start": 4, "end": 7, "text": "dam", "term": "dam", "set": None}],
            },
        ],
    }
    assert (ended.err, ended.code) == ("", 0)


def test_every_line_has_its_answer_in_order_also_those_without_a_match(config: Path) -> None:
    ended = match(config, *({"id": str(n), "title": "Laos" if n % 3 == 0 else "x"} for n in range(10)))
    answers = [json.loads(line) for line in ended.out.splitlines()]
    assert [answer["id"] for answer in answers] == [str(n) for n in range(10)]
    assert [bool(answer["watches"]) for answer in answers] == [n % 3 == 0 for n in range(10)]


def test_a_hit_that_only_keeps_company_is_marked(config: Path) -> None:
    ended = match(config, {"id": "1", "body": "Kim watched the missile"}, {"id": "2", "body": "Kim watched"})
    first, second = (json.loads(line) for line in ended.out.splitlines())
    marked = [(hit["text"], hit.get("with")) for hit in first["watches"][0]["hits"]]
    assert marked == [("Kim", None), ("missile", True)]
    assert second["watches"] == []


def test_offsets_count_code_points_of_the_field_as_given(config: Path) -> None:
    body = "🚩\u200b e\u0301 — ນະຄອນຫຼວງ ລາວ"
    hits = json.loads(match(config, {"id": "1", "body": body}).out)["watches"][0]["hits"]
    assert [body[hit["start"] : hit["end"]] for hit in hits] == ["ລາວ"]


def test_the_source_of_an_article_gives_it_an_outlet(config: Path) -> None:
    ended = match(
        config,
        {"id": "1", "title": "x", "source": "laotian-times-business"},
        {"id": "2", "title": "x", "source": "nobody"},
    )
    assert [len(json.loads(line)["watches"]) for line in ended.out.splitlines()] == [1, 0]


def test_a_body_that_is_absent_counts_as_empty(config: Path) -> None:
    ended = match(config, {"id": "1", "title": "dam"}, {"id": "2", "title": "dam", "body": "river"})
    assert [len(json.loads(line)["watches"]) for line in ended.out.splitlines()] == [1, 0]


def test_a_bad_line_goes_to_stderr_with_its_number_and_the_rest_is_answered(config: Path) -> None:
    ended = match(config, {"id": "1", "title": "Laos"}, "", "{broken", {"id": "2"}, {"id": "3", "title": "x"})
    assert [json.loads(line)["id"] for line in ended.out.splitlines()] == ["1", "3"]
    assert ended.err == (
        "line 3: no JSON: Expecting property name enclosed in double quotes (character 2)\n"
        "line 4: no text: expected one of title, summary, body\n"
    )
    assert ended.code == 1


def test_each_answer_comes_before_the_next_question(config: Path) -> None:
    command = [sys.executable, "-m", "wirewatch", "match", "--config", str(config)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for number in range(3):
            process.stdin.write(b'{"id": "%d", "title": "Laos"}\n' % number)
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == str(number)
        process.stdin.close()
        assert process.wait(30) == 0


def test_a_reader_that_leaves_early_gets_no_traceback(config: Path, tmp_path: Path) -> None:
    articles = tmp_path / "articles.jsonl"
    articles.write_text('{"id": "1", "title": "Laos"}\n' * 20_000)
    command = [sys.executable, "-m", "wirewatch", "match", "--config", str(config)]
    with (
        articles.open("rb") as stdin,
        subprocess.Popen(
            command, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
        ) as process,
    ):
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(30) == 1


def test_a_bad_config_ends_it_before_any_answer(config: Path) -> None:
    write(config, {"watches.yaml": "watches:\n  - {name: a, query: '@nix'}\n"})
    ended = match(config, {"id": "1", "title": "Laos"})
    assert (ended.out, ended.code) == ("", 78)
    assert ended.err.splitlines()[0].endswith(
        "config/watches.yaml:2:15: watches.a.query: found @nix, expected the name of a term set"
    )


def test_a_locale_that_knows_no_lao_changes_nothing(config: Path) -> None:
    line = json.dumps({"id": "1", "title": "ລາວ"}).encode()
    ended = run_alone("match", "--config", config, stdin=line, LC_ALL="C", PYTHONIOENCODING="latin-1")
    assert json.loads(ended.out)["watches"][0]["hits"][0]["text"] == "ລາວ"
