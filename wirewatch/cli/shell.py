"""`wirewatch shell URL`: what do selectors match on this page?

Fetches it as a spider would, through the guard and under robots.txt, and hands it to a Python prompt.
In a checkout `scrapy shell` does the like with Scrapy's own conveniences.
"""

import asyncio
import code
from typing import TYPE_CHECKING, Any

import click

from wirewatch.cli.config_option import config_option, settings

if TYPE_CHECKING:
    from crawler.client import Response
    from wirewatch.settings import Settings

_BANNER = """{status} {url}
  response.css('h3 a::attr(href)').getall()   try a selector
  guessed()                                   the article links that are found without one
  article()                                   what would be read if this were an article's page
  fetch(URL)                                  go to another page"""


@click.command()
@click.argument("url")
@click.option("-c", "program", metavar="CODE", help="Print what this expression gives, in place of a prompt.")
@config_option
def command(url: str, program: str | None) -> None:
    """Fetch a page and try selectors on it at a Python prompt."""
    names = _Page(settings()).names
    names["fetch"](url if "://" in url else f"https://{url}")
    if program is not None:
        click.echo(eval(program, names))  # noqa: S307 - the user's own words, at their own prompt
        return
    response = names["response"]
    code.interact(_BANNER.format(status=response.status, url=response.url), local=names, exitmsg="")


class _Page:
    """The page at hand, and what can be asked of it: `names` is the prompt's."""

    def __init__(self, config: "Settings") -> None:
        self._config = config
        self.names: dict[str, Any] = {
            "fetch": self.fetch,
            "guessed": self.guessed,
            "article": self.article,
        }

    def fetch(self, url: str) -> None:
        """Fetch `url` and make it the page at hand."""
        from scrapy.http import HtmlResponse

        answer = asyncio.run(_ask(url, self._config))
        kind = answer.headers.get("Content-Type", "")
        # Scrapy decodes by the header, the page's own mark and its bytes.
        headers = {"Content-Type": kind} if kind else {}
        self.names["response"] = HtmlResponse(
            answer.url, status=answer.status, headers=headers, body=answer.body
        )

    def guessed(self) -> list[Any]:
        """The article links that the section spider finds without selectors."""
        from crawler.pages.decode import decode, parse
        from crawler.spiders.links import guessed_links

        response = self.names["response"]
        tree = parse(decode(response.body, _kind(response)))
        return guessed_links(tree, response.url) if tree is not None else []

    def article(self) -> Any:
        """What the page says as an article."""
        from crawler.pages.extract import extract

        response = self.names["response"]
        return extract(response.body, response.url, content_type=_kind(response))


def _kind(response: Any) -> str | None:
    said = response.headers.get("Content-Type")
    return said.decode("latin-1") if said else None


async def _ask(url: str, config: "Settings") -> "Response":
    from crawler.client import Client
    from crawler.fetch_errors import FetchError
    from crawler.robots import Robots

    async with Client(config.fetch, config.contact) as client:
        try:
            if await Robots(client).permission(url) == "disallowed":
                raise click.ClickException(f"robots.txt disallows {url}")
            return await client.get(url)
        except (FetchError, ValueError) as error:
            raise click.ClickException(str(error)) from error
