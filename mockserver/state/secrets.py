"""What is a secret in a request or a reply, and the same text without it.

Secrets are taken out before anything is kept, by the names of what carries them: headers, parameters of a
query, members of JSON, fields of a form; and by how they look: the user-info of a URL, real API tokens.
"""

from __future__ import annotations

import re
from binascii import Error, a2b_base64
from collections.abc import Callable, Iterator, Mapping
from functools import cache, lru_cache
from urllib.parse import unquote_plus

import orjson

from mockserver.values import Json

REDACTED = "[redacted]"
_RAW = REDACTED.encode()
_QUOTED = b'"' + _RAW + b'"'

SECRET_HEADERS = frozenset(
    {"authorization", "cookie", "proxy-authorization", "set-cookie", "x-api-key", "x-mock-token"}
)
# Headers that hold a URL, whose query may hold a secret.
_URL_HEADERS = frozenset({"content-location", "link", "location", "referer"})
# What a header named like a secret may say without being one: it asks that no check be made.
_NO_SECRETS = ("no-check", "nocheck")

# Members, parameters and fields that are never kept. A page token is no secret.
_SECRET = re.compile(
    r"(?i)(?<!page)(?<!page_)(?:passw|pass$|passphrase|secret|token$|api[_-]?key|private[_-]?key|authorization"
    r"|jwt|signature|assertion$|code_verifier|session_?id)"
)
# What is in every text that holds such a name, in lower case; also ASCII letters that are escaped where none
# need be, which is how a name could be hidden.
_SIGN = (
    r"(?:^|[^e_]|[^g]e|[^a]ge|[^p]age|[^e]_|[^g]e_|[^a]ge_|[^p]age_)token"  # a page token is none
    r'|passw|passphrase|"pass"|pass=|secret|api[_-]?key|private|authorization|jwt|signature|assertion'
    r"|verifier|session_?id|code=|\\u00[4-7]"
)
_SIGNS = re.compile(_SIGN.encode())
_USER = r'://[^\s/"<>\\?#@]+@'
# A code that an authorisation server gives is a secret where it is exchanged and in URLs; elsewhere a code
# is any code.
_EXCHANGE = b"grant_type"
_SIGNS_OR_CODE = re.compile(_SIGN.encode() + b'|"code"')

_MEMBER = re.compile(rb'"((?:[^"\\]|\\.){0,120})"\s*:\s*')
_PARAMETER = re.compile(rb'[?&;]([^=&"\s?\\<>]{1,120})=([^&"\s\\<>#]*)')
_SCALAR = re.compile(rb"[^,\s\]}]*")
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_FIELD = re.compile(rb'\bname="?([^";\r\n]*)', re.IGNORECASE)
_USERS = re.compile(_USER.encode())
_REACH = 128  # bytes before a place in which the name begins that is found there
_SHORT = 6  # bytes: what is shorter may be any word, and is not looked for elsewhere

# The form that public descriptions give of the vendor's API tokens: a kind, a version, then base64.
_TOKEN = re.compile(rb"AT[A-Z]{1,2}TT3[\w=+/-]{16,}")
# What every such token has in it.
TOKEN_SIGN = "TT3"
RAW_TOKEN_SIGN = TOKEN_SIGN.encode()


@cache
def _suspect() -> Callable[[str], bool]:
    """What says whether a text, in lower case, has any sign of a secret.

    Every body is asked for that, so the automaton of the validator does it: Python's own takes a hundred
    times as long for such a pattern. It is loaded when it is first needed.
    """
    from jsonschema_rs import RegexOptions, validator_for

    pattern = {"pattern": f"{_SIGN}|{_USER}|grant_type"}
    return validator_for(pattern, pattern_options=RegexOptions()).is_valid


def is_secret(name: str) -> bool:
    """Whether a member, a parameter or a field of that name holds a secret."""
    return _SECRET.search(name) is not None


@lru_cache(maxsize=1024)
def is_secret_header(name: str) -> bool:
    """Whether a header of that name holds a secret."""
    return name.lower() in SECRET_HEADERS or is_secret(name)


def is_url_header(name: str) -> bool:
    """Whether a header of that name holds a URL."""
    return name.lower() in _URL_HEADERS


def raw(text: str) -> bytes:
    """A text as bytes, whatever it holds; ``text`` is the way back."""
    return text.encode(errors="surrogatepass")


def text(raw: bytes) -> str:
    """Bytes as a text, whatever they hold."""
    try:
        return raw.decode(errors="surrogatepass")
    except UnicodeDecodeError:  # a secret was taken out of the middle of a character
        return raw.decode(errors="replace")


def header(value: str) -> str:
    """What is kept of the value of a secret header."""
    return value if value in _NO_SECRETS else REDACTED


def redacted(value: Json, name: str = "") -> Json:
    """``value`` with every member that holds a secret replaced."""
    if name and isinstance(value, (str, int)) and not isinstance(value, bool) and is_secret(name):
        return REDACTED
    if isinstance(value, Mapping):
        return {key: redacted(one, key) for key, one in value.items()}
    return [redacted(one, name) for one in value] if isinstance(value, list) else value


def url(target: str) -> tuple[str, list[bytes]]:
    """A URL or a target without secrets in its query and its user-info; and the secrets that were there."""
    where, mark, query = target.partition("?")
    if "@" in where and "://" in where:
        where = text(_without_users(raw(where)))
    if not mark:
        return where, []
    if not (_suspect()(raw(query).decode("latin-1").lower()) or "%" in query):
        return where + mark + query, []
    pairs, secrets = [], []
    for pair in query.split("&"):
        name, equals, value = pair.partition("=")
        plain = unquote_plus(name) if "%" in name else name
        if value and (plain == "code" or is_secret(plain)):
            secrets += [raw(value), raw(unquote_plus(value, errors="surrogateescape"))]
            value = REDACTED
        pairs.append(name + equals + value)
    return where + mark + "&".join(pairs), secrets


def body(given: bytes, kind: str = "") -> tuple[bytes, list[bytes]]:
    """A body without secrets, and the secrets that were there; ``kind``: its media type.

    A body without any is given back as it is. One that is cut off or broken is understood as far as it goes.
    """
    if not given:
        return given, []
    if kind.startswith("application/x-www-form-urlencoded"):
        pairs, secrets = url("?" + given.decode("latin-1"))
        return (pairs[1:].encode("latin-1") if secrets else given), secrets
    secrets = []
    if kind.startswith("multipart/"):
        given = _without_fields(given, secrets)
    low = given.lower()
    if _suspect()(low.decode("latin-1")):
        given = _without_users(_without_members(given, low, secrets))
    return given, secrets


def tokens(raw: bytes) -> tuple[bytes, bool]:
    """Bytes without what looks like a real API token; and whether there was one."""
    if RAW_TOKEN_SIGN not in raw:
        return raw, False
    clean, count = _TOKEN.subn(_RAW, raw)
    return clean, count > 0


def holds_token(value: str) -> bool:
    """Whether a header has what looks like a real API token in it, be it in the base64 of Basic."""
    if TOKEN_SIGN in value and _TOKEN.search(raw(value)):
        return True
    scheme, _, rest = value.partition(" ")
    if scheme.lower() != "basic":
        return False
    try:
        return _TOKEN.search(a2b_base64(raw(rest))) is not None
    except Error:
        return False


def without(raw: bytes, secrets: list[bytes]) -> bytes:
    """Bytes in which these secrets are replaced wherever they stand, but for those that may be any word."""
    for one in secrets:
        if len(one) >= _SHORT and one in raw and not is_secret(one.decode("latin-1")):
            raw = raw.replace(one, _RAW)
    return raw


def _without_members(raw: bytes, low: bytes, secrets: list[bytes]) -> bytes:
    """JSON, or any text with JSON or URLs in it, without the values of what is named like a secret."""
    spans = dict(_spans(raw, low))
    if not spans:
        return raw
    parts, done = [], 0
    for (start, end), instead in sorted(spans.items()):
        if start >= done:
            parts += [raw[done:start], instead]
            secrets += _values(raw[start:end])
            done = end
    return b"".join([*parts, raw[done:]])


def _spans(raw: bytes, low: bytes) -> Iterator[tuple[tuple[int, int], bytes]]:
    """Where the values of secrets begin and end, and what is to stand there."""
    exchange = _EXCHANGE in low
    done = 0
    for sign in _SIGNS_OR_CODE.finditer(low) if exchange else _SIGNS.finditer(low):
        at = sign.end() - 1  # inside of the name
        if at < done:  # in the value of a secret
            continue
        first = max(done, at - _REACH)
        for span, instead in (
            *_member(raw, raw.rfind(b'"', first, at), exchange),
            *_parameter(raw, max(raw.rfind(one, first, at) for one in (b"?", b"&", b";"))),
        ):
            yield span, instead
            done = span[1]


def _member(raw: bytes, quote: int, exchange: bool) -> Iterator[tuple[tuple[int, int], bytes]]:
    found = _MEMBER.match(raw, quote) if quote >= 0 else None
    if found is None:
        return
    name = found[1].decode("latin-1")
    if "\\" in name:
        try:
            name = orjson.loads(b'"' + found[1] + b'"')
        except ValueError:
            return
    start = found.end()
    end = _end(raw, start)
    known = raw[start:end] in (b"null", b"true", b"false", b'""', b"", _QUOTED)
    if not known and (is_secret(name) or (exchange and name == "code")):
        yield (start, end), _QUOTED


def _parameter(raw: bytes, mark: int) -> Iterator[tuple[tuple[int, int], bytes]]:
    found = _PARAMETER.match(raw, mark) if mark >= 0 else None
    if found is not None and found[2] not in (b"", _RAW):
        name = unquote_plus(found[1].decode("latin-1"))
        if name == "code" or is_secret(name):
            yield found.span(2), _RAW


def _end(raw: bytes, start: int) -> int:
    """Where the JSON value ends that begins at ``start``, or the whole text if that is cut off."""
    head = raw[start : start + 1]
    if head == b'"':
        found = _STRING.match(raw, start)
        return found.end() if found else len(raw)
    if head not in (b"{", b"["):
        found = _SCALAR.match(raw, start)
        return found.end() if found else len(raw)
    depth, at = 0, start
    while at < len(raw):
        one = raw[at : at + 1]
        if one == b'"':
            at = _end(raw, at)
            continue
        depth += (one in b"{[") - (one in b"}]")
        at += 1
        if depth == 0:
            break
    return at


def _values(value: bytes) -> list[bytes]:
    """A secret as it may be found again: as it stands in JSON, and as it is."""
    plain = value.strip(b'"')
    if b"\\" not in plain:
        return [plain]
    try:
        return [plain, str(orjson.loads(value)).encode()]
    except ValueError:
        return [plain]


def _without_fields(raw: bytes, secrets: list[bytes]) -> bytes:
    """A multipart body without the values of fields that are named like a secret."""
    boundary = raw[: raw.find(b"\r\n")]
    if not boundary.startswith(b"--"):
        return raw
    parts = raw.split(boundary)
    for at, part in enumerate(parts):
        head, blank, content = part.partition(b"\r\n\r\n")
        name = _FIELD.search(head)
        if blank and name and is_secret(name[1].decode("latin-1")):
            secrets.append(content.removesuffix(b"\r\n"))
            parts[at] = head + blank + _RAW + b"\r\n"
    return boundary.join(parts)


def _without_users(raw: bytes) -> bytes:
    """Text without the user-info of the URLs in it."""
    return _USERS.sub(b"://" + _RAW + b"@", raw)
