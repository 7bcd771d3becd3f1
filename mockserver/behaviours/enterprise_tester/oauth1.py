"""OAuth 1.0a as RFC 5849 has it: the parameters of a request, and whether its signature is right."""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from mockserver.values import Call

FORM = "application/x-www-form-urlencoded"
PORTS = {"http": 80, "https": 443}
_PARAMETER = re.compile(r'([\w.~%-]+)\s*=\s*"([^"]*)"')
Pairs = Sequence[tuple[str, str]]


def given(call: Call) -> Mapping[str, str]:
    """The protocol's parameters, ``oauth_…``, wherever the request has them: header, query or form."""
    return {name: value for name, value in _pairs(call) if name.startswith("oauth_")}


def wrong(call: Call, consumer_secret: str, token_secret: str) -> str:
    """What is wrong with the signature of a request; nothing, if it is right."""
    sent = given(call)
    method, signature = sent.get("oauth_signature_method", ""), sent.get("oauth_signature", "")
    key = f"{_escaped(consumer_secret)}&{_escaped(token_secret)}"
    if method == "PLAINTEXT":
        right = key
    elif method == "HMAC-SHA1":
        if missing := [one for one in ("oauth_timestamp", "oauth_nonce") if not sent.get(one)]:
            return f"{' and '.join(missing)} must be given"
        digest = hmac.new(key.encode(), base_string(call).encode(), hashlib.sha1).digest()
        right = b64encode(digest).decode()
    else:
        return f"the signature method {method!r} is none of HMAC-SHA1 and PLAINTEXT"
    if hmac.compare_digest(right.encode(), signature.encode()):
        return ""
    return "the secrets are wrong" if method == "PLAINTEXT" else "the signature is wrong"


def base_string(call: Call) -> str:
    """What is signed: method, address and parameters. Source: RFC 5849, section 3.4.1"""
    pairs = [(_escaped(name), _escaped(value)) for name, value in _pairs(call) if name != "oauth_signature"]
    parameters = "&".join(f"{name}={value}" for name, value in sorted(pairs))
    return "&".join((call.method.upper(), _escaped(address(call)), _escaped(parameters)))


def address(call: Call) -> str:
    """The address without query, scheme and host in lower case, without the port that goes without saying."""
    parts = urlsplit(call.root + call.path)
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    port = "" if parts.port in (None, PORTS.get(parts.scheme)) else f":{parts.port}"
    return f"{parts.scheme.lower()}://{host}{port}{parts.path}"


def _pairs(call: Call) -> Pairs:
    """All parameters of a request that are signed. Source: RFC 5849, section 3.4.1.3.1"""
    scheme, _, rest = call.headers.get("authorization", "").strip().partition(" ")
    found = []
    if scheme.lower() == "oauth":
        found = [(unquote(name), unquote(value)) for name, value in _PARAMETER.findall(rest)]
        found = [(name, value) for name, value in found if name.lower() != "realm"]
    found += [(name, value) for name, values in call.query.items() for value in values]
    if call.media_type == FORM:
        found += parse_qsl(call.body.decode(errors="replace"), keep_blank_values=True)
    return found


def _escaped(text: str) -> str:
    return quote(text, safe="-._~")
