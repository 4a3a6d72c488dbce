"""`wirewatch deliveries`: what is to be sent, and what became of it?

Printing only; the rows are `archive/deliveries.py`.
"""

from typing import TYPE_CHECKING, get_args

import click

from wirewatch.cli.archive_door import opened
from wirewatch.cli.config_option import config_option, settings
from wirewatch.cli.numbers import Number
from wirewatch.cli.tables import table
from wirewatch.cli.times import distance, machine

if TYPE_CHECKING:
    from archive.deliveries import Delivery

# As archive.deliveries.State, which is slow to import; a test holds the two together.
STATES = ("pending", "sending", "sent", "uncertain", "waiting", "dead")


@click.command()
@click.option(
    "--state", "states", type=click.Choice(STATES), multiple=True, help="Only these; may be repeated."
)
@click.option("--limit", type=Number(), default=50, show_default=True, help="The newest so many.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a delivery, in place of a table.")
@config_option
def command(states: tuple[str, ...], limit: int, as_json: bool) -> None:
    """List deliveries, the newest first, each with its state and why.

    Dead ones could not be sent, uncertain ones may have arrived: `wirewatch retry` sends them again.
    """
    config = settings()
    from archive import deliveries
    from wirewatch.rooms import utc_now

    wanted = [state for state in get_args(deliveries.State) if not states or state in states]
    with opened(config) as archive:
        rows = archive.read_now(lambda conn: deliveries.listed(conn, wanted, limit))
        counts = archive.read_now(deliveries.counts)
    if as_json:
        from wirewatch.article_lines import print_line

        for row in rows:
            click.echo(print_line(_as_json(row)))
        return
    now = utc_now()
    cells = [
        (str(r.id), r.channel, r.kind, r.state, distance(r.changed_at, now), r.reason or "", headline(r))
        for r in rows
    ]
    click.echo(table(("id", "channel", "kind", "state", "changed", "why", "says"), cells), nl=False)
    click.echo(", ".join(f"{number} {state}" for state, number in counts.items()) or "no deliveries")


def headline(delivery: "Delivery") -> str:
    """The first words of a delivery."""
    content = delivery.content
    said = str(content.get("title") or content.get("header") or content.get("text") or "")
    line = " ".join(said.split())
    return line if len(line) <= 60 else f"{line[:59]}…"


def _as_json(delivery: "Delivery") -> dict[str, object]:
    return {
        "id": delivery.id,
        "channel": delivery.channel,
        "kind": delivery.kind,
        "state": delivery.state,
        "reason": delivery.reason,
        "attempts": delivery.attempts,
        "chat": delivery.chat,
        "message_id": delivery.message_id,
        "created": machine(delivery.created_at),
        "changed": machine(delivery.changed_at),
        "sent": machine(delivery.sent_at),
        "not_before": machine(delivery.not_before),
        "says": headline(delivery),
    }
