"""How is YAML parsed fast enough for a few hundred sources at every start?

ruamel.yaml's own pure parser, with shortcuts for the steps that it takes most often: plain text on
one line, a list of plain words on one line, moving on within a line, asking whether a token waits.
Events are the same as without; `tests/test_quick_yaml.py` compares them. What they mean is
`wirewatch/yaml_positions.py`. (A C parser would be faster still, but reads YAML 1.1.)
"""

import re
from collections.abc import Iterator
from typing import Any

from ruamel.yaml.parser import Parser
from ruamel.yaml.reader import Reader
from ruamel.yaml.scanner import Scanner, ScannerError
from ruamel.yaml.tokens import FlowEntryToken, FlowSequenceEndToken, FlowSequenceStartToken, ScalarToken

_NO_TEXT = r"\x00-\x20\x7f-\xa0\u2028\u2029\ufeff"
# Characters that mean nothing to YAML, and words of them between single spaces.
_PLAIN = rf"[^{_NO_TEXT}#:,?\[\]{{}}&*!|>'\"%@`]"
_WORDS = rf"{_PLAIN}+(?: {_PLAIN}+)*"
# Outside of brackets most others mean nothing within a text either, as in an address.
_INNER = rf"(?:[^{_NO_TEXT}#:]|:(?=[^{_NO_TEXT}])|(?<! )#)"
_TEXT = rf"{_PLAIN}{_INNER}*(?: {_INNER}+)*"
_ITEM = rf"(?!-){_WORDS}"
_LIST = re.compile(rf"\[({_ITEM}(?:, {_ITEM})*)\]")
_VERSION = re.compile(r" *(\d{1,4})\.(\d{1,4})(?=[ \r\n\0])")
_IN_FLOW = re.compile(_WORDS + r"(?=[,\]}]|: )")
_IN_BLOCK = re.compile(_TEXT + r"(?:(?=:[ \n])|(?=\n+( *)[^\s]))")


def events(text: str) -> Iterator[Any]:
    """The parser events of `text` as YAML 1.2. Raises ruamel's YAMLError."""
    loader = _Loader()
    loader.reader = _Reader(text, loader)
    loader.scanner = _Scanner(loader)
    parser = _Parser(loader)
    while True:
        try:
            if not parser.check_event():
                return
            event = parser.get_event()
        except (ValueError, OverflowError) as error:
            # Of a number behind a backslash that is too large for `chr`.
            said = "found an escape that stands for no character"
            raise ScannerError(None, None, said, loader.reader.get_mark()) from error
        yield event


class _Loader:
    """What the three parts ask of the object that holds them together."""

    processing_version = (1, 2)
    comment_handling = None
    reader: Any
    scanner: Any

    @property
    def _resolver(self) -> "_Loader":
        return self


class _Reader(Reader):
    def forward(self, length: int = 1) -> None:
        end = self.pointer + length
        # One character more, since forward() itself looks at the one after a carriage return.
        passed = self.buffer[self.pointer : end + 1]
        if len(passed) <= length or "\n" in passed or "\r" in passed or "\ufeff" in passed:
            super().forward(length)
            return
        self.pointer = end
        self.index += length
        self.column += length


class _Scanner(Scanner):
    # Attributes in place of the properties, which look the same up again at each of 300 000 calls.
    reader: Any = None
    scanner_processing_version = (1, 2)

    def __init__(self, loader: _Loader) -> None:
        self.reader = loader.reader
        super().__init__(loader)

    def need_more_tokens(self) -> bool:
        if not self.possible_simple_keys:
            return not self.done and not self.tokens
        return bool(super().need_more_tokens())

    def check_token(self, *choices: type) -> bool:
        if not self.tokens or self.possible_simple_keys:
            while self.need_more_tokens():
                self.fetch_more_tokens()
        return bool(self.tokens) and (not choices or isinstance(self.tokens[0], choices))

    def peek_token(self) -> Any:
        return self.tokens[0] if self.check_token() else None

    def fetch_flow_sequence_start(self) -> None:
        listed = _LIST.match(self.reader.buffer, self.reader.pointer)
        if listed is None:
            super().fetch_flow_sequence_start()
            return
        # The whole list may turn out to be a key; what is in it cannot.
        self.save_possible_simple_key()
        self._take(FlowSequenceStartToken)
        for number, words in enumerate(listed[1].split(", ")):
            if number:
                self._take(FlowEntryToken)
                self.reader.forward(1)
            self.tokens.append(self._plain(words))
        self._take(FlowSequenceEndToken)
        self.allow_simple_key = False

    def scan_plain(self) -> Any:
        pattern = _IN_FLOW if self.flow_context else _IN_BLOCK
        words = pattern.match(self.reader.buffer, self.reader.pointer)
        # The line below goes on with the same text if it is indented deep enough.
        if words is None or (words.lastindex and len(words[1]) > self.indent):
            return super().scan_plain()
        self.allow_simple_key = False
        return self._plain(words[0])

    def scan_yaml_directive_value(self, start_mark: Any) -> tuple[int, int]:
        # ruamel's own also writes it down in an object that only its loaders have.
        said = _VERSION.match(self.reader.buffer, self.reader.pointer)
        if said is None:
            wanted = "expected a version such as 1.2"
            raise ScannerError("while scanning a directive", start_mark, wanted, self.reader.get_mark())
        self.reader.forward(len(said[0]))
        return int(said[1]), int(said[2])

    def _plain(self, words: str) -> ScalarToken:
        start = self.reader.get_mark()
        self.reader.forward(len(words))
        return ScalarToken(words, True, start, self.reader.get_mark())

    def _take(self, token: type) -> None:
        start = self.reader.get_mark()
        self.reader.forward(1)
        self.tokens.append(token(start, self.reader.get_mark()))


class _Parser(Parser):
    scanner: Any = None

    def __init__(self, loader: _Loader) -> None:
        self.scanner = loader.scanner
        super().__init__(loader)
