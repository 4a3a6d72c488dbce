"""What Prometheus reads from the real endpoint after polls, alerts and mishaps, and what its page says."""

import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from alerts.channels.interface import NotSent, Sent
from alerts.outbox.outcomes import Answered
from archive import deliveries, figures, outgoing, sources
from archive.archive import Archive
from archive.deliveries import NewDelivery
from crawler.children import Child, ChildTimeout
from crawler.health import STATES
from tests.command_line import ROOT
from tests.conftest import SetClock
from tests.outbox.office import alert
from tests.peers.botapi import BotApiPeer
from tests.peers.faults import drop_after_accepting, flood
from tests.peers.newsroom import PeerNewsroom, Reply, rss
from tests.pipeline import house
from tests.pipeline.test_endpoints import get
from tests.pipeline.test_reloading import put
from tests.pipeline.test_whole_path import entry
from wirewatch import metrics
from wirewatch.daemon import Daemon
from wirewatch.demo.botapi import Chat
from wirewatch.measures import Histogram, Measures
from wirewatch.metrics import Figures, exposition

Samples = dict[tuple[str, ...], float]


def samples(body: str) -> Samples:
    """The value of each sample by its name and the values of its labels."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(body)
        for sample in family.samples
    }


async def asked(daemon: Daemon) -> Samples:
    """What a scrape reads now."""
    status, said, kind = await get(daemon, "/metrics")
    assert status == 200
    assert kind.startswith("text/plain; version=")
    return samples(said)


@pytest.fixture
def folder(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    # Each scrape counts anew.
    monkeypatch.setattr(metrics, "COUNTED_FOR", 0.0)
    site.script("/feed", rss(["Quiet"]))
    site.script("/gone", Reply(status=404))
    listed = [house.feed_source(name, site.url(path)) for name, path in (("post", "/feed"), ("old", "/gone"))]
    return house.write_config(tmp_path / "config", listed, api, chat)


async def test_polls_and_alerts_are_counted_as_they_happen(
    folder: Path, api: BotApiPeer, site: PeerNewsroom
) -> None:
    async with house.house(folder) as daemon:
        await house.until(lambda: len(site.seen("/feed")) > 2 and len(site.seen("/gone")) > 0)
        before = await asked(daemon)
        assert before["wirewatch_articles_new_total",] == 1
        assert before["wirewatch_deliveries_total", "desk", "sent"] == 0
        api.faults.add(flood(1))
        # Published an hour ago, and found only now.
        site.script("/feed", rss([entry("Laos opens a bridge", hours=1), "Quiet"]))
        await house.until(lambda: daemon.rooms.measures.deliveries["desk", "wait"] == 1)
        waiting = await asked(daemon)
        await house.until(lambda: bool(api.ledger.messages))
        await house.until(lambda: daemon.rooms.measures.deliveries["desk", "sent"] == 1)
        found = await asked(daemon)
        polls = len(site.requests)
    assert 0 < waiting["wirewatch_telegram_retry_after_seconds",] <= 1
    assert waiting["wirewatch_outbox_pending",] == 1
    assert found["wirewatch_telegram_retry_after_seconds",] == 0
    assert found["wirewatch_outbox_pending",] == 0
    assert found["wirewatch_outbox_oldest_seconds",] == 0
    assert found["wirewatch_deliveries_total", "desk", "sent"] == 1
    assert found["wirewatch_deliveries_total", "desk", "wait"] == 1
    assert found["wirewatch_deliveries_total", "desk", "unknown"] == 0
    assert found["wirewatch_articles_new_total",] == 2
    assert found["wirewatch_matches_total", "laos"] == 1
    assert found["wirewatch_matches_total", "north-korea"] == 0
    assert found["wirewatch_source_polls_total", "entries"] >= 2
    assert found["wirewatch_source_polls_total", "failed"] >= 1
    ended = sum(value for key, value in found.items() if key[0] == "wirewatch_source_polls_total")
    assert ended == found["wirewatch_poll_duration_seconds_count",]
    assert 3 < ended <= polls
    assert found["wirewatch_alert_latency_seconds_count", "found"] == 1
    assert 1 <= found["wirewatch_alert_latency_seconds_sum", "found"] < 60
    assert 3600 <= found["wirewatch_alert_latency_seconds_sum", "published"] < 3700
    assert found["wirewatch_alert_latency_seconds_bucket", "3600.0", "published"] == 0
    assert found["wirewatch_alert_latency_seconds_bucket", "14400.0", "published"] == 1
    assert sum(value for key, value in found.items() if key[0] == "wirewatch_sources") == 2
    assert found["wirewatch_archive_bytes",] > 4096
    disk = shutil.disk_usage(folder)
    assert 0 < found["wirewatch_archive_free_bytes",] < disk.total
    assert abs(found["wirewatch_archive_free_bytes",] - disk.free) < disk.total / 10
    assert found["wirewatch_loop_lag_seconds",] >= 0
    assert [value for key, value in found.items() if key[0] == "wirewatch_build_info"] == [1]


async def test_a_message_that_may_have_arrived_is_counted(
    folder: Path, api: BotApiPeer, site: PeerNewsroom
) -> None:
    async with house.house(folder) as daemon:
        await house.until(lambda: len(site.seen("/feed")) > 1)
        api.faults.add(drop_after_accepting())
        site.script("/feed", rss([entry("Laos opens a bridge"), "Quiet"]))
        archive = daemon.rooms.archive
        await house.until(lambda: archive.read_now(deliveries.counts).get("sent") == 1)
        found = await asked(daemon)
    assert found["wirewatch_deliveries_total", "desk", "unknown"] == 1
    assert found["wirewatch_unknown_outcomes", "unknown"] == 1
    assert found["wirewatch_unknown_outcomes", "found"] + found["wirewatch_unknown_outcomes", "resent"] >= 1


async def test_the_hash_of_the_config_follows_the_config_in_force(folder: Path, site: PeerNewsroom) -> None:
    async with house.house(folder) as daemon:
        await house.until(lambda: len(site.seen("/feed")) > 1)
        hashes = []
        for watches in ([house.LAOS], [{"name": "laos", "query": "Laos AND"}], [house.LAOS, house.KOREA]):
            state = daemon.rooms.config
            put(folder, "watches.yaml", watches=watches)
            await house.until(lambda state=state: daemon.rooms.config is not state)  # type: ignore[misc]
            hashes.append((await asked(daemon))["wirewatch_config_hash",])
    first, wrong, mended = hashes
    # A wrong edit is not in force.
    assert first == wrong != mended
    assert all(one > 0 for one in hashes)


async def test_a_process_that_is_killed_at_its_deadline_is_counted() -> None:
    child = Child("reading")
    try:
        with pytest.raises(ChildTimeout):
            await child.run(_hang, 0.2)
        assert await child.run(_seven, 30.0) == 7
    finally:
        await child.close()
    assert (child.starts, child.losses) == (2, 1)


def _hang() -> None:
    import time

    time.sleep(60)


def _seven() -> int:
    return 7


def seen(**changes: Any) -> Figures:
    """Figures with something of everything."""
    measures = Measures()
    measures.polled("failed", 0.3, 0)
    made = Figures(
        sources=dict.fromkeys(map(str, STATES), 3), articles=12, matches={'a"\\\nb': 5}, pending=2,
        oldest_s=61.5, deliveries={"dead": 4}, unknown={"found": 2}, retry_after_s=7.5, queues={"polls": 9},
        channels=("desk",), children={"reading": (3, 1)}, size=8192, free=4096, lag_s=0.25, config_ok=False,
        config_at=1e9, config_hash=2**48 - 1, measures=measures,
    )  # fmt: skip
    return replace(made, **changes)


def test_every_figure_is_read_back_as_it_was_written() -> None:
    found = samples(exposition(seen()).decode())
    assert {value for (name, *_), value in found.items() if name == "wirewatch_sources"} == {3}
    assert found["wirewatch_matches_total", 'a"\\\nb'] == 5
    assert found["wirewatch_outbox_oldest_seconds",] == 61.5
    assert found["wirewatch_outbox_deliveries", "dead"] == 4
    assert found["wirewatch_config_hash",] == 2**48 - 1
    assert found["wirewatch_child_losses_total", "reading"] == 1
    assert found["wirewatch_poll_duration_seconds_bucket", "0.25"] == 0
    assert found["wirewatch_poll_duration_seconds_bucket", "0.5"] == 1
    assert found["wirewatch_poll_duration_seconds_bucket", "+Inf"] == 1
    # Only ours, not what the library knows of the process.
    assert all(name.startswith("wirewatch_") for name, *_ in found)


def test_what_is_free_on_the_disk_of_another_machine_is_not_shown() -> None:
    assert ("wirewatch_archive_free_bytes",) in samples(exposition(seen()).decode())
    assert ("wirewatch_archive_free_bytes",) not in samples(exposition(seen(free=None)).decode())


def test_every_metric_stands_on_its_page_and_says_what_it_is() -> None:
    page = (ROOT / "docs" / "reference" / "metrics.md").read_text()
    listed = re.findall(r"^\| `(wirewatch_[a-z_]+)` \| (.*?) \|", page, re.MULTILINE)
    shown = {
        re.sub(r"_(bucket|sum|count)$", "", sample.name): set(sample.labels) - {"le"}
        for family in text_string_to_metric_families(exposition(seen()).decode())
        for sample in family.samples
        if family.documentation and family.type != "unknown"
    }
    assert {name: set(re.findall(r"`(\w+)`", labels)) for name, labels in listed} == shown


def test_the_rules_for_prometheus_ask_for_metrics_that_exist() -> None:
    rules = (ROOT / "deploy" / "alerts.yaml").read_text()
    shown = samples(exposition(seen()).decode())
    asked_for = set(re.findall(r"wirewatch_[a-z_]+", rules))
    assert len(asked_for) > 6
    assert asked_for <= {name for name, *_ in shown}
    # A state, result or label that is spelt wrongly would never fire.
    for name, label, values in re.findall(r'(wirewatch_[a-z_]+){(\w+)=~?"([^"]+)"}', rules):
        known = {
            sample.labels[label]
            for family in text_string_to_metric_families(exposition(seen()).decode())
            for sample in family.samples
            if sample.name == name
        }
        assert set(values.split("|")) <= known, name


def test_a_value_on_a_bound_lies_below_it() -> None:
    histogram = Histogram((1.0, 2.0))
    for value in (0.5, 1.0, 1.5, 2.0, 9.0):
        histogram.observe(value)
    assert histogram.buckets() == [("1.0", 2), ("2.0", 4), ("+Inf", 5)]
    assert histogram.sum == 14.0


def test_only_alerts_that_were_accepted_count_for_the_latency(archive: Archive, clock: SetClock) -> None:
    measures = Measures()
    day_only = alert(1, published=datetime(2026, 11, 24, tzinfo=UTC), trust="day", found_at=clock())
    ahead = alert(2, published=clock() + timedelta(hours=1), trust="stated", found_at=clock())
    for kind, said in (("digest", {}), ("alert", day_only), ("alert", ahead)):
        new = NewDelivery("desk", kind, said, False, "telegram:1")  # type: ignore[arg-type]
        id_ = archive.write_now(lambda conn, new=new: deliveries.add(conn, [new], clock()))[0][0]  # type: ignore[misc]
        row = archive.read_now(lambda conn, id_=id_: outgoing.fetch(conn, id_))  # type: ignore[misc]
        measures.answered(Answered(row, NotSent("no net"), clock.forward(seconds=3)))
        measures.answered(Answered(row, Sent(7), clock.forward(seconds=3)))
    assert measures.deliveries == {("desk", "not_sent"): 3, ("desk", "sent"): 3}
    assert measures.found.buckets()[-1][1] == 2
    # The publisher's clock is ahead: that counts as no time at all.
    assert (measures.published.buckets()[0][1], measures.published.sum) == (1, 0.0)


def test_what_is_due_and_not_begun_is_counted(archive: Archive, clock: SetClock) -> None:
    now = clock()
    archive.write_now(lambda conn: sources.keep_sources(conn, ["post", "wire"], now))
    assert archive.read_now(lambda conn: figures.queues(conn, now)) == {
        "polls": 2,
        "pages": 0,
        "articles": 0,
        "index": 0,
    }
    archive.write_now(lambda conn: sources.claim_due(conn, now, timedelta(minutes=1), 1))
    assert archive.read_now(lambda conn: figures.queues(conn, now))["polls"] == 1


def test_counting_what_waits_leans_on_indexes(sqlite_archive: Archive, clock: SetClock) -> None:
    plans = []

    def explain(conn: Any) -> None:
        for table, chosen in (("article", "page = 'wanted'"), ("article", "told_at is null")):
            asked_for = f"explain query plan select count(*) from {table} where {chosen}"
            plans.extend(row.detail for row in conn.execute(text(asked_for)))

    sqlite_archive.read_now(explain)
    assert all("INDEX" in plan for plan in plans), plans
