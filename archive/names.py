"""What may a source, watch, channel or term set be called?

The one pattern for every `name:` in `config/`, so that a name can stand in a log field, a
hashtag, a query (`source:NAME`, `@NAME`) and a file name without quoting.
"""

from typing import Annotated

from archive.rules import limited

NAME_PATTERN = r"^[a-z0-9][a-z0-9-]{0,63}$"

Name = Annotated[str, limited(pattern=NAME_PATTERN)]
