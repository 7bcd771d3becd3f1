"""YAML with JSON's types only, and with the line and column of everything that is wrong.

Built from PyYAML's events and never from its nodes: its C composer recurses, and a document nested 30,000
levels deep ends the interpreter. Limits are therefore checked before anything is built.

What is typed: plain ``true``, ``false``, ``null``, ``~``, nothing at all, and JSON's numbers. Everything else
is a string: ``no``, ``on``, ``2024-01-01``, ``1:30``, ``0x10``, ``1_000``, ``.5``, ``012``.

What is refused: anchors, aliases, tags, directives, merge keys, duplicate keys, keys that are not scalars,
tabs, control characters, a second document.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import yaml

from mockserver.values import Json

MAX_DEPTH = 64  # levels
MAX_NODES = 1_000_000
MAX_BYTES = 5 * 1024 * 1024
MAX_DIGITS = 400  # characters of one number; Python itself stops at 4,300, or not at all

# libyaml's parser where PyYAML was built with it: ten times as fast.
_LOADER: type[yaml.SafeLoader | yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_CONSTANTS: dict[str, Json] = {"": None, "~": None, "null": None, "true": True, "false": False}
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_NOT_TEXT = re.compile(r"[^\n\r -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_LINE_BREAK = re.compile(r"\r\n?|\n")


class YamlError(ValueError):
    """What is wrong with a document, and where: ``str()`` is ``LINE:COLUMN message``, both 1-based."""

    def __init__(self, line: int, column: int, message: str) -> None:
        super().__init__(line, column, message)
        self.line = line
        self.column = column
        self.message = message

    def __str__(self) -> str:
        return f"{self.line}:{self.column} {self.message}"


def parse(
    text: str | bytes,
    *,
    max_depth: int = MAX_DEPTH,
    max_nodes: int = MAX_NODES,
    max_bytes: int = MAX_BYTES,
) -> Json:
    """The one document in ``text``; ``None`` if there is none.

    Keys are always strings: ``200:`` is the key ``"200"``.
    max_depth: levels of nested containers; max_nodes: containers, scalars and keys; max_bytes: of UTF-8.
    Raises YamlError, and nothing else, for whatever is no such document.
    """
    root: Json = None
    for node in _nodes(_decoded(text, max_bytes), max_depth, max_nodes):
        if node.depth == 0:
            root = node.value  # filled while the loop goes on
    return root


def locate(text: str | bytes, path: Sequence[str | int]) -> tuple[int, int]:
    """Line and column, 1-based, of the key or the list item at ``path``, such as ``["a", "cases", 0]``.

    If nothing is there: those of its deepest ancestor that exists; ``(1, 1)`` in an empty document.
    Raises YamlError if the document cannot be read that far.
    """
    found = (1, 1)
    matched = 0  # levels of the path found so far, the root being the first
    for node in _nodes(_decoded(text, MAX_BYTES), MAX_DEPTH, MAX_NODES):
        if node.depth < matched:
            break
        if node.depth == matched and (matched == 0 or node.key == path[matched - 1]):
            found = (node.line, node.column)
            matched += 1
            if matched > len(path):
                break
    return found


class _Node(NamedTuple):
    """A value in document order, with the key in the mapping or the index in the list that holds it."""

    depth: int  # 0 is the root
    key: str | int | None
    value: Json
    line: int
    column: int


class _Open:
    """A container whose end has not come yet."""

    __slots__ = ("at", "key", "value")

    def __init__(self, value: Json) -> None:
        self.value = value
        self.key: str | None = None  # of a mapping: read, and waiting for its value
        self.at = (1, 1)  # where that key is


class _Builder:
    """Puts the values of one document together, event by event and without recursion."""

    def __init__(self, max_depth: int, max_nodes: int) -> None:
        self._max_depth = max_depth
        self._max_nodes = max_nodes
        self._opened: list[_Open] = []
        self._nodes = 0
        self._documents = 0

    def take(self, event: yaml.Event) -> _Node | None:
        """The value that ``event`` begins, already in its container; ``None`` if it begins none."""
        if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent):
            return self._begin(event)
        if isinstance(event, yaml.CollectionEndEvent):
            self._opened.pop()
        elif isinstance(event, yaml.AliasEvent):
            raise YamlError(*_at(event), f"an alias, {_short(f'*{event.anchor}')}: write the value out")
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise YamlError(*_at(event), "a second document: expected only one")
            if event.version or event.tags:
                raise YamlError(*_at(event), "a directive, %YAML or %TAG: leave it out")
        return None

    def _begin(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> _Node | None:
        at = _at(event)
        if event.anchor is not None:
            raise YamlError(
                *at, f"an anchor, {_short(f'&{event.anchor}')}: write the value out where it is used"
            )
        if event.tag is not None:
            raise YamlError(*at, f"a tag, {_short(event.tag)}: expected none")
        self._nodes += 1
        if self._nodes > self._max_nodes:
            raise YamlError(*at, f"more than {self._max_nodes} nodes")
        holder = self._opened[-1] if self._opened else None
        if holder is not None and holder.key is None and isinstance(holder.value, dict):
            holder.key, holder.at = _key(event, holder.value), at
            return None
        depth = len(self._opened)
        value = self._value(event)
        if holder is None:
            return _Node(depth, None, value, *at)
        if holder.key is None:
            holder.value.append(value)
            return _Node(depth, len(holder.value) - 1, value, *at)
        key, holder.key = holder.key, None
        holder.value[key] = value
        return _Node(depth, key, value, *holder.at)

    def _value(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> Json:
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event)
        if len(self._opened) == self._max_depth:
            raise YamlError(*_at(event), f"nested deeper than {self._max_depth} levels")
        value: Json = {} if isinstance(event, yaml.MappingStartEvent) else []
        self._opened.append(_Open(value))
        return value


def _nodes(text: str, max_depth: int, max_nodes: int) -> Iterator[_Node]:
    builder = _Builder(max_depth, max_nodes)
    for event in _events(text):
        node = builder.take(event)
        if node is not None:
            yield node


def _events(text: str) -> Iterator[yaml.Event]:
    at = (1, 1)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            at = _at(event)
            yield event
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        if mark is not None:
            at = (mark.line + 1, mark.column + 1)
        raise YamlError(*at, _words(error)) from None
    except yaml.YAMLError as error:
        raise YamlError(*at, str(error).partition("\n")[0]) from None
    except ValueError as error:  # the pure parser, on "\U00110000"
        raise YamlError(*at, f"a character that does not exist, after here: {error}") from None


def _words(error: yaml.MarkedYAMLError) -> str:
    words = (error.problem or "this is not YAML")[:200]
    if error.context and error.context_mark:
        begun = f"{error.context_mark.line + 1}:{error.context_mark.column + 1}"
        return f"{words}, {error.context} that begins at {begun}"
    return f"{words}, {error.context}" if error.context else words


def _at(event: yaml.Event) -> tuple[int, int]:
    mark = event.start_mark
    return (1, 1) if mark is None else (mark.line + 1, mark.column + 1)


def _key(event: yaml.ScalarEvent | yaml.CollectionStartEvent, among: dict[str, Json]) -> str:
    if not isinstance(event, yaml.ScalarEvent):
        found = "mapping" if isinstance(event, yaml.MappingStartEvent) else "list"
        raise YamlError(*_at(event), f"a {found} as a key: expected a string")
    key = _text(event)
    if not event.style and key in ("", "<<"):
        raise YamlError(*_at(event), "a merge key, <<: write the keys out" if key else "an empty key")
    if key in among:
        raise YamlError(*_at(event), f"the key {_short(key)} for the second time")
    return key


def _scalar(event: yaml.ScalarEvent) -> Json:
    text = _text(event)
    if event.style:
        return text
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    number = _NUMBER.fullmatch(text)
    if number is None:
        return text
    if len(text) > MAX_DIGITS:
        raise YamlError(*_at(event), f"a number of {len(text)} characters: expected at most {MAX_DIGITS}")
    if number[1] is None and number[2] is None:
        return int(text)
    value = float(text)
    if math.isinf(value):
        raise YamlError(*_at(event), f"a number out of range, {_short(text)}")
    return value


def _text(event: yaml.ScalarEvent) -> str:
    if event.style == '"' and _SURROGATE.search(event.value):  # only the pure parser lets these escapes pass
        raise YamlError(
            *_at(event), r'half a character, \ud800 to \udfff: write all of it, such as "\U0001f600"'
        )
    return event.value


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:37] + "...")


def _decoded(text: str | bytes, max_bytes: int) -> str:
    """``text`` without its byte order mark, once it is known to be text at all."""
    encoded = text if isinstance(text, bytes) else text.encode(errors="surrogatepass")
    if len(encoded) > max_bytes:
        raise YamlError(1, 1, f"{len(encoded)} bytes: expected at most {max_bytes}")
    characters = (text if isinstance(text, str) else _utf8(text)).removeprefix("\ufeff")
    wrong = _NOT_TEXT.search(characters)
    if wrong is not None:
        raise YamlError(*_end(characters[: wrong.start()]), _unwanted(wrong[0]))
    return characters


def _utf8(encoded: bytes) -> str:
    try:
        return encoded.decode()
    except UnicodeDecodeError as error:
        before = encoded[: error.start].decode()
        raise YamlError(*_end(before), f"this is not UTF-8: {error.reason}") from None


def _unwanted(character: str) -> str:
    if character == "\t":
        return 'a tab: expected spaces, or "\\t" in double quotes'
    return (
        f'the character U+{ord(character):04X}: expected text, or an escape such as "\\x07" in double quotes'
    )


def _end(text: str) -> tuple[int, int]:
    """Line and column just after ``text``."""
    lines = _LINE_BREAK.split(text.removeprefix("\ufeff"))
    return len(lines), len(lines[-1]) + 1
