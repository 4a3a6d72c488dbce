"""A Bot API server small enough to carry along: real HTTP, real state, no Telegram.

`BotApi` is what to start; the demo shows Wirewatch's alerts with it, and the tests extend it with faults
and judges. It speaks to loopback only.
"""

from wirewatch.demo.botapi.chats import Chat, Message, Presence, User
from wirewatch.demo.botapi.ledger import Accepted, Ledger
from wirewatch.demo.botapi.refusals import Refusal
from wirewatch.demo.botapi.server import Answer, BotApi, Call

__all__ = ["Accepted", "Answer", "BotApi", "Call", "Chat", "Ledger", "Message", "Presence", "Refusal", "User"]
