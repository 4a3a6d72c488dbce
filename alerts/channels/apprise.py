"""How does a message reach a service that Apprise knows (mail, ntfy, Matrix, Slack, a webhook …)?

One address is one service. Apprise tells only whether the service took a message: True is `Sent`
(without an id, Apprise hands none on). False may mean a refusal, no connection, or an answer that
did not arrive after the message did, so it is `Unknown`, and the outbox resends after a growing
while: a message may come twice, none is lost. Nothing can be changed, looked for or sent silently.
An edit is answered as done without sending anything: the reader would get the same alert twice.

The address holds secrets, and Apprise and the libraries below it write addresses into their logs
and exceptions: these loggers are silenced, and of an exception only its class is told. How the
message reads is `letter.py`.
"""

import logging
from typing import TYPE_CHECKING

from alerts.channel import AppriseChannel, BaseChannel
from alerts.channels.interface import Looker, Message, Outcome, Sender, Sent, Unknown
from alerts.channels.letter import letter
from alerts.channels.registry import ChannelError, Surroundings, channel_type

if TYPE_CHECKING:
    from apprise import Apprise, NotifyBase

# Apprise's own 4 s would make many outcomes unknown that are only slow (seconds).
READ_TIMEOUT = 30.0
_MISSING = "Apprise is not installed: install wirewatch[apprise]"
_UNUSABLE = (
    "Apprise cannot use the address (not shown): it is no service that Apprise knows, a part of it is "
    "missing, or the service needs a further package"
)
_FAILED = "the service refused it, or did not answer: Apprise does not tell which"


@channel_type("apprise")
def build(channel: BaseChannel, surroundings: Surroundings) -> Sender:
    """The sender of one address; ChannelError without Apprise, or where Apprise cannot use it."""
    if not isinstance(channel, AppriseChannel):
        raise TypeError(f"not a channel of type apprise: {channel.name}")
    try:
        service = service_of(channel.url)
    except ModuleNotFoundError as error:
        raise ChannelError(f"channels.{channel.name}: {_MISSING}") from error
    if service is None:
        raise ChannelError(f"channels.{channel.name}: {_UNUSABLE}")
    from apprise import Apprise

    _settle(service, channel.url, surroundings.read_timeout or READ_TIMEOUT)
    notifier = Apprise(asset=service.asset)
    notifier.add(service)
    return AppriseSender(notifier, as_html=_takes_html(service), titled=service.title_maxlen > 0)


def service_of(url: str) -> "NotifyBase | None":
    """The service of an address, None where Apprise cannot use it; ModuleNotFoundError without Apprise."""
    from apprise import Apprise, AppriseAsset

    _keep_out_of_logs()
    # In memory: some services would keep tokens in files.
    asset = AppriseAsset(app_id="Wirewatch", app_desc="Wirewatch", storage_mode="memory")
    # Not `add(url)`: that takes an address with a comma for two.
    service: NotifyBase | None = Apprise.instantiate(url, asset=asset)
    return service


class AppriseSender:
    """Sends to one service. Its methods do not tell the address, whatever happens."""

    paced = False
    looker: Looker | None = None

    def __init__(self, notifier: "Apprise", *, as_html: bool, titled: bool) -> None:
        self._notifier = notifier
        self._as_html = as_html
        self._titled = titled

    async def send(self, message: Message) -> Outcome:
        """Send `message`, cut in several where it is too long for the service."""
        written = letter(message, as_html=self._as_html, titled=self._titled)
        try:
            taken = await self._notifier.async_notify(
                body=written.body,
                title=written.title,
                body_format="html" if self._as_html else "text",
            )
        except Exception as error:  # noqa: BLE001, its text may hold the address, and no log may
            return Unknown(f"Apprise failed ({type(error).__name__})")
        return Sent(None) if taken else Unknown(_FAILED)

    async def edit(self, message_id: int, message: Message) -> Outcome:
        """Nothing is sent: what stands at the service stays as it is, and that is the end of it."""
        return Sent(None)


def _settle(service: "NotifyBase", url: str, read_timeout: float) -> None:
    """What the address does not choose itself."""
    from apprise import OverflowMode

    if "overflow=" not in url:
        # Nothing may be lost, and a message that is refused for its length would be resent for ever.
        service.overflow_mode = OverflowMode.SPLIT
    if "rto=" not in url:
        service.socket_read_timeout = read_timeout


def _takes_html(service: "NotifyBase") -> bool:
    """Whether links survive in HTML; Apprise makes Markdown of it, but bare text without addresses."""
    resolve = getattr(service, "resolve_format", None)
    if resolve is None:
        # Before its version 2 Apprise dropped the addresses on the way to Markdown as well.
        return bool(service.notify_format == "html")
    return resolve("html") in ("html", "markdown")


def _keep_out_of_logs() -> None:
    for name in ("apprise", "urllib3.connectionpool"):
        logging.getLogger(name).disabled = True
    for name in ("urllib3", "oauthlib", "requests_oauthlib"):
        logging.getLogger(name).setLevel(logging.WARNING)
