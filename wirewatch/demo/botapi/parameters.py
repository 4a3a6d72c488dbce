"""How are a request's parameters read?

From the query, a form (url-encoded or multipart) or a JSON object, as clients send them: nested values
may come as JSON text or as JSON. Which parameters a method has is not checked here.
"""

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from wirewatch.demo.botapi.refusals import bad_request

_TRUE = frozenset({"true", "yes", "1"})


class Parameters(dict[str, Any]):
    """The parameters of one request by name, as they came."""

    def text(self, name: str) -> str:
        """A text; empty where it was not given."""
        value = self.get(name)
        return "" if value is None else str(value)

    def integer(self, name: str) -> int | None:
        """A whole number; None where it was not given. Refusal if it is none."""
        value = self.get(name)
        if value is None or value == "":
            return None
        try:
            return int(str(value))
        except ValueError:
            raise bad_request(f"{name} must be an integer") from None

    def flag(self, name: str) -> bool:
        """A truth value; false where it was not given."""
        return str(self.get(name, "")).lower() in _TRUE

    def nested(self, name: str) -> Any:
        """An object or array; None where it was not given. Refusal if it is not JSON."""
        value = self.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {name} JSON object") from None

    def mapping(self, name: str) -> dict[str, Any] | None:
        """A JSON object; None where it was not given. Refusal if it is anything else."""
        value = self.nested(name)
        if value is not None and not isinstance(value, Mapping):
            raise bad_request(f"object expected as {name}")
        return dict(value) if value is not None else None


async def read_parameters(request: web.Request) -> Parameters:
    """All parameters of `request`; Refusal if a JSON body is not an object."""
    parameters = Parameters(request.query)
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.read() or b"{}")
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise bad_request("can't parse request body JSON object")
        parameters.update(body)
    elif request.method == "POST":
        parameters.update(await request.post())
    return parameters
