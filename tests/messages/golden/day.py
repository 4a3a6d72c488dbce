"""What does a chat see of one story in a day: eight outlets, a correction, an escalation, a merge?

Invented reports go through the real steps over an archive and a stand-in of the Bot API, whose ledger is
drawn: every message and every edit at its time, as a phone would show it.
"""

import tempfile
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console
from sqlalchemy import Connection

from alerts.messages.terminal import picture
from archive import articles, sources
from archive.archive import Archive
from archive.article import Outlet
from archive.schema import prepare
from tests.messages.golden.drawing import FOLDER, PHONE
from tests.messages.newsdesk import Newsdesk
from tests.outbox.office import START, Clock
from tests.peers.botapi import BotApiPeer
from wirewatch import mending
from wirewatch.demo.botapi.ledger import Accepted

FILE = FOLDER / "day.txt"
ZONE = ZoneInfo("Asia/Vientiane")
OUTLETS = (
    Outlet("post", "The Vientiane Post", "LA", ("en",), tier=2),
    Outlet("wire", "Wire One", "TH", ("en",), tier=2),
    Outlet("agency", "The Agency", "KR", ("en",), tier=1),
    Outlet("north", "Northern News", "TH", ("en",), tier=2),
    Outlet("sky", "하늘통신", "KR", ("ko",), tier=1),
    Outlet("river", "The River Times", "LA", ("en",), tier=2),
    Outlet("daily", "Daily", "VN", ("en",), tier=2),
    Outlet("blog", "Mekong Blog", "LA", ("en",), tier=3),
)
WATCHES = [
    {"name": "laos", "query": "Laos OR 라오스"},
    {"name": "disaster", "query": "Laos AND emergency", "urgency": "breaking"},
]
BREAK = (
    "A saddle dam of the Sekong reservoir in Attapeu, southern Laos, gave way on Monday night after three "
    "days of rain, and water ran through six villages below it, provincial officials said. 17 people are "
    "missing and 4,200 have lost their homes. Boats from Champasak were on their way to Sanamxay district at "
    "dawn."
)
MORE = (
    " Governor Leth Xayaphone said that the company which built the dam, Mekong Power, had warned the "
    "villages at noon. A bridge on the road to Vietnam is gone."
)
KOREAN = (
    "라오스 남부 아타프에서 월요일 밤 세콩(Sekong) 저수지의 보조댐이 무너져 17명이 실종되고 "
    "4,200명이 집을 잃었다고 당국이 밝혔다. "
    "댐을 지은 회사는 Mekong Power 이다. Sanamxay 지역으로 Champasak 의 배들이 향하고 있다."
)
FLED = (
    "Teachers in Kon Tum cooked for three hundred guests on Tuesday, rice with mustard leaves. Families from "
    "Laos sleep in the school's two halls, and the children have drawn boats on every blackboard."
)


async def drawn_day() -> str:
    """The whole day."""
    clock = Clock(START)
    api = BotApiPeer(wall=lambda: clock().timestamp(), monotonic=clock.monotonic, sleep=clock.sleep)
    with tempfile.TemporaryDirectory() as folder:
        archive = Archive(str(Path(folder) / "wirewatch.db"))
        prepare(archive)
        try:
            async with api:
                await _day(Path(folder), archive, api, clock)
        finally:
            archive.close()
    return _drawn(api)


async def _day(folder: Path, archive: Archive, api: BotApiPeer, clock: Clock) -> None:
    chat = api.supergroup("Desk").id
    keys = {"name": "desk", "type": "telegram", "chat": chat, "timezone": str(ZONE)}
    desk = Newsdesk(folder / "config", archive, api, clock, [keys], WATCHES)
    archive.write_now(lambda conn: sources.keep_outlets(conn, OUTLETS))

    async def at(time: str, outlet: str, title: str, body: str, language: str = "en") -> int:
        hour, minute = map(int, time.split(":"))
        local = clock().astimezone(ZONE).replace(hour=hour, minute=minute, second=0, microsecond=0)
        await desk.run(seconds=(local - clock()).total_seconds())
        number = desk.publish(title, outlet=outlet, body=body, language=language)
        await desk.run(minutes=1)
        return number

    first = await at("15:00", "post", "Dam in Attapeu breaks, Laos sends boats", BREAK)
    await at("15:15", "wire", "Laos dam break leaves 17 missing", f"ATTAPEU, Nov 24 — {BREAK}")
    await at("15:40", "agency", "Dam gives way in southern Laos, 17 missing", BREAK + MORE)
    risen = (BREAK + MORE).replace("17 people", "26 people")
    await at("16:10", "north", "Laos: missing after dam break now 26", risen)
    await at("17:05", "sky", "라오스 아타프 댐 붕괴, 17명 실종", KOREAN, "ko")
    await at("18:20", "river", "Laos dam break: the night in Sanamxay", f"By A. Writer\n{BREAK}")
    emergency = BREAK + MORE + " The government in Vientiane declared a state of emergency in the province."
    await at("19:30", "daily", "Laos declares emergency after dam break", emergency)
    right = BREAK.replace("17 people", "71 people")
    await at("20:45", "wire", "CORRECTED-Laos dam break leaves 71 missing", right)
    other = await at("22:00", "blog", "Across the mountains from Laos, on foot", FLED)

    def merge(conn: Connection) -> None:
        into, *others = (one.story or 0 for one in articles.by_ids(conn, [first, other]))
        mending.merge(conn, desk.rules, into, others, clock())

    archive.write_now(merge)
    await desk.run(minutes=1)
    await at("23:30", "blog", "Dam break in Laos, as it was", BREAK)


def _drawn(api: BotApiPeer) -> str:
    file = StringIO()
    console = Console(file=file, width=PHONE, color_system=None, legacy_windows=False)
    for act in api.ledger.of("sendMessage", "editMessageText"):
        file.write(f"# {act.at.astimezone(ZONE):%H:%M} {_kind(api, act)}\n")
        console.print(picture(act.params["text"], chat=f"desk, {act.message_id}", width=PHONE))
    return file.getvalue()


def _kind(api: BotApiPeer, act: Accepted) -> str:
    if act.method == "editMessageText":
        return "edited"
    answered = api.chats.find(act.chat_id).messages[act.message_id].reply_to
    silent = " without a sound" if str(act.params["disable_notification"]).lower() == "true" else ""
    return f"answers {answered.id}{silent}" if answered is not None else f"sent{silent}"
