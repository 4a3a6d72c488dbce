"""How does the Bot API say no?

One exception that carries a whole error answer, and the sentences of the official server by the
situation they belong to. When each is raised is decided in `posting.py`, `chats.py` and `server.py`.
"""

from typing import Any


class Refusal(Exception):
    """An error answer: HTTP status, description and, for some, parameters the caller shall act on."""

    def __init__(self, status: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters

    def as_json(self) -> dict[str, Any]:
        """The answer's body."""
        body: dict[str, Any] = {"ok": False, "error_code": self.status, "description": self.description}
        return {**body, "parameters": self.parameters} if self.parameters else body


def bad_request(reason: str, **parameters: int) -> Refusal:
    """400: the request cannot succeed as it is."""
    return Refusal(400, f"Bad Request: {reason}", **parameters)


def forbidden(reason: str) -> Refusal:
    """403: the bot may not speak there."""
    return Refusal(403, f"Forbidden: {reason}")


def unauthorized(reason: str = "") -> Refusal:
    """401: no such token, or one that was revoked."""
    return Refusal(401, f"Unauthorized: {reason}" if reason else "Unauthorized")


def conflict(reason: str) -> Refusal:
    """409: somebody else fetches this bot's updates."""
    return Refusal(409, f"Conflict: {reason}")


def too_many_requests(retry_after: int) -> Refusal:
    """429 with the seconds to wait."""
    return Refusal(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)


def migrated(chat_id: int) -> Refusal:
    """400 that names the supergroup a basic group has become."""
    return bad_request("group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat_id)


NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
OTHER_POLLER = "terminated by other getUpdates request; make sure that only one bot instance is running"
STALE_QUERY = "query is too old and response timeout expired or query ID is invalid"
