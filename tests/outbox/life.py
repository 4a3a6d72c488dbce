"""A bot's life at random: what may happen to the outbox, in any order, and what must hold in the end.

`Life` is a hypothesis state machine over a real archive, the stand-in over real sockets, and a clock that
only the machine moves. The process may die at any boundary of a commit or a request, answers may be lost,
copies may arrive long after, the clock may jump. Which examples are tried is `test_life.py`.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import Connection, delete

from alerts.bot.polling import Polling
from alerts.outbox.late import HEADER
from archive import deliveries
from archive.archive import Archive
from archive.deliveries import Delivery
from archive.tables import metadata
from tests.outbox.crash_nursery import ACTS
from tests.outbox.office import Office, alert
from tests.peers import faults
from tests.peers.botapi import BotApiPeer
from tests.peers.faults import Exchange, Fault
from wirewatch.demo.botapi import Chat, Presence

HOUR, DAY = 3600.0, 86_400.0
CHATS = ("channel", "group", "reader", "silent")
FAULTS: Mapping[str, Fault] = {
    "dropped before reading": faults.drop_before_reading(),
    "dropped after reading": faults.drop_after_reading(),
    "dropped after accepting": faults.drop_after_accepting(),
    "half a reply": faults.half_reply(),
    "500": faults.server_error(),
    "502, accepted": faults.bad_gateway(accept=True),
    "200 with HTML, accepted": faults.not_json(accept=True),
    "429": faults.flood(7),
    "429 without a time": faults.flood(None),
}
EMPTY: Mapping[str, Any] = {"inline_keyboard": [[]]}
LATE = "held up on its way"
METHODS = ("editMessageReplyMarkup", "editMessageText", "deleteMessage")
SECONDS = st.sampled_from([0.0, 2.0, 35.0, 700.0])


class Killed(BaseException):
    """The process ends here; nothing catches it, as nothing catches SIGKILL."""


@dataclass
class Fuse:
    """Ends the process at the n-th boundary of a commit or a request from now on; 0 = never."""

    left: int = 0

    def burn(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise Killed

    def around(self, call: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def bounded(*args: Any, **more: Any) -> Any:
            self.burn()
            result = await call(*args, **more)
            self.burn()
            return result

        return bounded


@dataclass
class Alerted:
    """An alert that was handed to the outbox, and the last thing it was to say."""

    chat: str
    number: int
    delivery: int
    others: tuple[str, ...] = ()

    @property
    def headline(self) -> str:
        return f"Alert {self.number}"


@dataclass
class Sending:
    """What the stand-in accepted: when, in monotonic seconds, by chat; and `here` in which chats, of the
    process that is at work."""

    times: dict[int, list[float]] = field(default_factory=dict)
    here: set[int] = field(default_factory=set)
    # The clock was set forward: what a next process reads of the past is then older than it is.
    clock_lies: bool = False

    def most_within(self, seconds: float) -> int:
        return max(
            (
                sum(first <= other < first + seconds - 1e-6 for other in times[index:])
                for times in self.times.values()
                for index, first in enumerate(times)
            ),
            default=0,
        )


class Life(RuleBasedStateMachine):
    """See above. A subclass gives the archive."""

    archive: Archive

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.archive.write_now(_empty)
        self.api = BotApiPeer()
        self.runner.run(self.api.__aenter__())
        self.fuse = Fuse()
        self._write = self.archive.write
        setattr(self.archive, "write", self.fuse.around(self._write))  # noqa: B010
        self.late: list[Exchange] = []
        self.arriving = False
        self.alerts: list[Alerted] = []
        self.sending = Sending()

    @initialize()
    def begin(self) -> None:
        reader = self.api.person("Reader")
        self.chats: dict[str, Chat] = {
            "channel": self.api.channel("Desk"),
            "group": self.api.group("Desk", reader),
            "reader": self.api.private(reader),
            "silent": self.api.channel("No buttons"),
        }
        self.lineage = {name: [chat] for name, chat in self.chats.items()}
        self.office = Office(self.archive, self.api)
        for name, chat in self.chats.items():
            hold = {"buttons": False, "on_uncertain": "hold"} if name == "silent" else {}
            self.office.channel(name, chat.id, **hold)
        self._arm()
        self.api.on_accepted(self._accepted)

    def _arm(self) -> None:
        for sender in self.office.senders.values():
            for act in ACTS:
                setattr(sender, act, self.fuse.around(getattr(sender, act)))

    def _accepted(self, line: Any) -> None:
        # When a message that was held up comes is not ours to say.
        if line.method == "sendMessage" and not self.arriving:
            self.sending.times.setdefault(line.chat_id, []).append(self.office.clock.passed)
            self.sending.here.add(line.chat_id)

    # What happens

    @rule(
        chat=st.sampled_from(CHATS),
        count=st.integers(1, 4),
        met=st.sampled_from([None, LATE, *sorted(FAULTS)]),
        seconds=SECONDS,
    )
    def alert(self, chat: str, count: int, met: str | None, seconds: float) -> None:
        """Some alerts, the first of which may meet a fault, and a while in which they are sent."""
        if met is not None:
            self.api.faults.add(self._swallow if met == LATE else FAULTS[met], chat=self.chats[chat].id)
        for _ in range(count):
            self._hand_over(chat)
        self.runner.run(self.office.run(seconds))

    def _hand_over(self, chat: str) -> None:
        number = len(self.alerts) + 1
        self.alerts.append(Alerted(chat, number, self.office.alert(chat, number)))

    async def _swallow(self, exchange: Exchange) -> Any:
        """The message is on its way when the connection ends: it may arrive much later."""
        self.late.append(exchange)
        return exchange.close()

    @precondition(lambda self: self.alerts)
    @rule(data=st.data())
    def grow(self, data: st.DataObject) -> None:
        """The story grows, so the standing message is to say more."""
        one = data.draw(st.sampled_from(self.alerts))
        if self.row(one) is None:
            return
        one.others += (f"Outlet {len(one.others)}",)
        said = alert(one.number, others=one.others)
        self.office.add(one.chat, said, "edit", edits=one.delivery)

    @rule(seconds=SECONDS)
    def run(self, seconds: float) -> None:
        self.runner.run(self.office.run(seconds))

    @rule(chat=st.sampled_from(CHATS), boundary=st.integers(1, 14), seconds=SECONDS, away=st.floats(0, 100))
    def die(self, chat: str, boundary: int, seconds: float, away: float) -> None:
        """The process is killed while it works, and starts again after a while."""
        self._hand_over(chat)
        self.fuse.left = boundary
        try:
            self.runner.run(self.office.run(seconds))
        except Killed:
            note("killed")
        self.fuse.left = 0
        self.restart(away)

    def restart(self, away: float) -> None:
        self.office.clock.forward(away)
        self.sending = Sending() if self.sending.clock_lies else Sending(self.sending.times)
        self.office.restart()
        self._arm()

    @rule(what=st.sampled_from(sorted(FAULTS)), method=st.sampled_from(METHODS), times=st.integers(1, 3))
    def fault(self, what: str, method: str, times: int) -> None:
        """The next questions, edits or deletions meet a fault."""
        self.api.faults.add(FAULTS[what], method, times=times)

    @precondition(lambda self: self.late)
    @rule()
    def arrive(self) -> None:
        self.arriving = True
        self.runner.run(self.late.pop(0).accept())
        self.arriving = False

    @rule(chat=st.sampled_from(CHATS), hole=st.booleans())
    def others_post(self, chat: str, hole: bool) -> None:
        if hole:
            self.api.leave_hole(self.chats[chat])
        else:
            self.api.post_as_other(self.chats[chat])

    @precondition(lambda self: self.standing())
    @rule(data=st.data())
    def press(self, data: st.DataObject) -> None:
        """A reader presses a button, and the bot hears of it."""
        message = data.draw(st.sampled_from(self.standing()))
        if message.markup and message.chat.migrated_to is None:
            self.api.press(message, "Why?")
            polling = Polling(self.archive, self.office.bot, self.office.clock, timeout=0)
            self.runner.run(polling.poll())

    @rule(hours=st.sampled_from([-24, -1, 1, 24]))
    def jump(self, hours: int) -> None:
        """Somebody sets the wall clock."""
        self.office.clock.jump(hours=hours)
        if hours > 0:
            self.sending.clock_lies = True
            # The past of a chat is read when it is first met.
            self.sending.times = {chat: self.sending.times[chat] for chat in self.sending.here}
        self._sweep()

    @rule(
        what=st.sampled_from(["put out", "migrate", "revoke the token", "give a token"]),
        chat=st.sampled_from(CHATS),
    )
    def refuse(self, what: str, chat: str) -> None:
        if what == "put out":
            private = self.chats[chat].kind == "private"
            self.api.put(self.chats[chat], Presence.BLOCKED if private else Presence.KICKED)
        elif what != "migrate":
            self.api.token_revoked = what == "revoke the token"
        elif len(self.lineage["group"]) < 3:
            self.chats["group"] = self.api.migrate(self.chats["group"])
            self.lineage["group"].append(self.chats["group"])

    @rule()
    def mend(self) -> None:
        """All chats let the bot in again, and a person replays what could not be sent."""
        for chat in self.chats.values():
            self.api.put(chat, Presence.PRESENT)
        self.office.write(lambda conn: deliveries.retry(conn, self.office.clock()))

    # What always holds

    @invariant()
    def limits_are_kept(self) -> None:
        assert self.sending.most_within(1.0) <= 1
        assert self.sending.most_within(60.0) <= 20

    # What holds in the end

    def teardown(self) -> None:
        try:
            if hasattr(self, "office"):
                self._come_to_rest()
                self._judge()
        finally:
            setattr(self.archive, "write", self._write)  # noqa: B010
            self.runner.run(self.api.__aexit__(None))
            self.runner.close()

    def _come_to_rest(self) -> None:
        """Nothing goes wrong any more, and there is time."""
        self.api.faults.clear()
        self.api.token_revoked = False
        self.restart(1.0)
        for _ in range(4):
            self.mend()
            self._sweep()
            self.runner.run(self.office.run(3 * HOUR))

    def _sweep(self) -> None:
        self.office.write(lambda conn: deliveries.wake_open(conn, self.office.clock()))

    def _judge(self) -> None:
        assert set(self.office.states()) <= {"sent"}, self.office.states()
        assert self.archive.read_now(deliveries.open_count) == 0
        rows = {one.delivery: row for one in self.alerts if (row := self.row(one)) is not None}
        for name in CHATS:
            here = [one for one in self.alerts if one.chat == name]
            copies = Counter(message.content.text.splitlines()[0] for message in self.standing(name))
            for one in here:
                if one.delivery not in rows:
                    assert self.is_in_digest(one), f"{one.headline} is lost in {name}"
                    assert not copies[one.headline]
                    continue
                row = rows[one.delivery]
                assert copies[one.headline] >= 1, f"{one.headline} is lost in {name}: {row}"
                assert copies[one.headline] <= 1 + row.resent, f"{one.headline} stands too often: {row}"
                self._judge_message(one, row)
            self._judge_order(here, rows)

    def _judge_message(self, one: Alerted, row: Delivery) -> None:
        """The message that the archive takes for this alert's is it."""
        chat = next((chat for chat in self.lineage[one.chat] if str(chat.id) == row.chat), None)
        assert chat is not None
        message = chat.messages.get(row.message_id or 0)
        if message is None:
            # Migrated since.
            assert len(self.lineage[one.chat]) > 1
            return
        assert message.content.text.splitlines()[0] == one.headline
        if one.chat != "silent":
            buttons = [button["callback_data"] for button in (message.markup or EMPTY)["inline_keyboard"][0]]
            own = f":{row.id}:{row.key}"
            assert buttons, f"{one.headline} bears no buttons"
            assert all(button.endswith(own) for button in buttons), f"{one.headline} bears {buttons}"

    def _judge_order(self, here: list[Alerted], rows: Mapping[int, Delivery]) -> None:
        """What never failed came in the order in which it was handed over."""
        alone = [one for one in here if one.delivery in rows]
        smooth = [one for one in alone if rows[one.delivery].attempts == 1 and not rows[one.delivery].unknown]
        first: dict[str, int] = {}
        for line in self.api.ledger.of("sendMessage"):
            first.setdefault(line.text.splitlines()[0], len(first))
        order = [first[one.headline] for one in smooth]
        assert order == sorted(order)

    def row(self, one: Alerted) -> Delivery | None:
        """Its delivery; None where it came too late to go alone, and is part of a digest."""
        row = self.archive.read_now(lambda conn: deliveries.get(conn, one.delivery))
        # SQLite gives the number of a row that is gone to the next.
        is_it = row is not None and row.kind == "alert" and row.content["title"] == one.headline
        return row if is_it else None

    def is_in_digest(self, one: Alerted) -> bool:
        late = (m.content.text for m in self.standing(one.chat) if m.content.text.startswith(HEADER))
        return any(f"• {one.headline} ·" in text for text in late)

    def standing(self, name: str | None = None) -> list[Any]:
        """The bot's messages that a reader sees, in one chat or in all; a group's in its successors too."""
        chats = [chat for one in CHATS if name in (None, one) for chat in self.lineage[one]]
        return [message for chat in chats for message in chat.messages.values() if message.by_bot]


def _empty(conn: Connection) -> None:
    for table in reversed(metadata.sorted_tables):
        conn.execute(delete(table))
