"""OAuth 1.0a at Enterprise Tester, judged by a client library that knows nothing of this server."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA256, SIGNATURE_PLAINTEXT, Client

from mockserver.values import Call

ROOT = "http://LOCALHOST:80/~blue"  # signed without the port and in lower case
APP = "/EnterpriseTester"
REQUEST = f"{APP}/OAuth/Token/GetRequestToken.rails"
CONSENT = f"{APP}/OAuth/Authorization/PromptForAuthorization.rails"
ACCESS = f"{APP}/OAuth/Token/GetAccessToken.rails"
LINKS = f"{APP}/api/externalsystemlinks"
KEYS = {"client_key": "mock-consumer", "client_secret": "mock-consumer-secret"}
TOKEN = {"resource_owner_key": "mock-token", "resource_owner_secret": "mock-token-secret"}
CALLBACK = "http://localhost/callback?app=mine"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def tester(world: Any) -> Any:
    """A function that signs a request as ``Client`` does, and sends it."""
    world.set_auth("strict")

    def send(method: str, target: str, body: str | None = None, **keys: Any) -> Any:
        headers = {"Content-Type": FORM} if body is not None else {}
        if keys:
            _, headers, body = Client(**keys).sign(ROOT + target, method, body, headers)
        sent = {name.lower(): value for name, value in headers.items()}
        return world.handle(Call(method, target, sent, (body or "").encode(), ROOT))

    return send


def pairs(reply: Any) -> dict[str, str]:
    assert reply.status == 200, reply.body
    return dict(parse_qsl(reply.body.decode()))


def back(reply: Any) -> dict[str, str]:
    assert reply.status == 302, reply.body
    return {name: values[0] for name, values in parse_qs(urlsplit(reply.headers["Location"]).query).items()}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("signature", ["HMAC-SHA1", SIGNATURE_PLAINTEXT])
def test_three_legs_lead_to_a_token_that_signs_requests(
    tester: Any, world: Any, method: str, signature: str
) -> None:
    how = {**KEYS, "signature_method": signature}

    pending = pairs(tester(method, REQUEST, callback_uri=CALLBACK, **how))
    asked = f"{CONSENT}?oauth_token={pending['oauth_token']}"
    page = tester("GET", asked)
    granted = back(tester("POST", asked, "decision=approve&user=administrator"))
    token = {
        "resource_owner_key": pending["oauth_token"],
        "resource_owner_secret": pending["oauth_token_secret"],
    }
    held = pairs(tester(method, ACCESS, verifier=granted["oauth_verifier"], **token, **how))
    own = {"resource_owner_key": held["oauth_token"], "resource_owner_secret": held["oauth_token_secret"]}
    links = tester("GET", f"{LINKS}?$filter=Name%20eq%20'a%20b'&$top=1", **own, **how)

    assert pending["oauth_callback_confirmed"] == "true"
    assert b"mock-consumer asks for access" in page.body
    assert (granted["app"], granted["oauth_token"]) == ("mine", pending["oauth_token"])
    assert links.status == 200
    assert (
        world.state("enterprise_tester", "credential")[-1]["user"] == "8e1f7b64-0d2c-4a9e-b3f5-6a7b8c9d0e1f"
    )


@pytest.mark.parametrize(
    ("target", "signed"),
    [
        (LINKS, LINKS),
        (f"{LINKS}?$top=2&$filter=Name%20eq%20'%C3%A4%20%26%20b'", None),
        (f"{LINKS}?$top=2&a=&b=2&b=1&a+b=%2B", None),
        (f"{LINKS}?$top=2", f"{LINKS}?$top=3"),
        (LINKS, f"{APP}/api/projects"),
    ],
)
def test_the_signature_is_that_of_the_request(
    tester: Any, world: Any, target: str, signed: str | None
) -> None:
    _, headers, _ = Client(**KEYS, **TOKEN).sign(ROOT + (signed or target), "GET")

    reply = world.handle(Call("GET", target, {"authorization": headers["Authorization"]}, b"", ROOT))

    right = signed in (None, target)
    assert (reply.status == 401) is not right


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ({"client_secret": "guessed"}, "the signature is wrong"),
        ({"resource_owner_secret": "guessed"}, "the signature is wrong"),
        ({"client_key": "another"}, "another consumer"),
        ({"resource_owner_key": "mock-expired", "resource_owner_secret": "mock-expired-secret"}, "expired"),
        ({"resource_owner_key": "never"}, "no such oauth1 credential"),
        ({"signature_method": SIGNATURE_HMAC_SHA256}, "none of HMAC-SHA1 and PLAINTEXT"),
    ],
)
def test_what_is_not_rightly_signed_is_refused(tester: Any, world: Any, keys: Any, says: str) -> None:
    reply = tester("GET", LINKS, **{**KEYS, **TOKEN, **keys})

    assert reply.status == 401
    assert says in world.requests()["requests"][-1]["diagnosis"]["message"]


def test_signatures_count_under_strict_only(tester: Any, world: Any) -> None:
    world.set_auth("any")

    assert tester("GET", LINKS, **{**KEYS, **TOKEN, "client_secret": "guessed"}).status == 200


def test_a_form_is_signed_with_the_request(tester: Any, world: Any) -> None:
    keys = {**KEYS, "callback_uri": "oob"}
    target = ROOT + REQUEST
    _, headers, body = Client(**keys).sign(target, "POST", "x=1", {"Content-Type": FORM})
    sent = {name.lower(): value for name, value in headers.items()}

    right = world.handle(Call("POST", REQUEST, sent, str(body).encode(), ROOT))
    changed = world.handle(Call("POST", REQUEST, sent, b"x=2", ROOT))

    assert (right.status, changed.status) == (200, 401)


def test_without_a_callback_the_verifier_is_shown(tester: Any) -> None:
    pending = pairs(tester("GET", REQUEST, callback_uri="oob", **KEYS))

    page = tester("POST", f"{CONSENT}?oauth_token={pending['oauth_token']}", "decision=approve")

    assert page.status == 200
    assert b"<code>mock-verifier-" in page.body


def test_who_denies_access_leaves_nothing_to_exchange(tester: Any) -> None:
    pending = pairs(tester("GET", REQUEST, callback_uri=CALLBACK, **KEYS))
    token = {
        "resource_owner_key": pending["oauth_token"],
        "resource_owner_secret": pending["oauth_token_secret"],
    }

    told = back(tester("POST", f"{CONSENT}?oauth_token={pending['oauth_token']}", "decision=deny"))

    assert "oauth_verifier" not in told
    assert tester("GET", ACCESS, verifier="x", **token, **KEYS).status == 401


def test_a_request_token_is_exchanged_once_and_in_time_by_whoever_has_the_verifier(
    tester: Any, world: Any
) -> None:
    world.set_settings("enterprise_tester", {"consent": "approve", "requestTokenSeconds": 60})
    statuses = []
    for verifier, seconds in (("guessed", 0), (None, 0), (None, 0), (None, 60)):
        if len(statuses) in (0, 3):
            pending = pairs(tester("GET", REQUEST, callback_uri=CALLBACK, **KEYS))
            granted = back(tester("GET", f"{CONSENT}?oauth_token={pending['oauth_token']}"))
        world.advance_clock(seconds)
        token = {
            "resource_owner_key": pending["oauth_token"],
            "resource_owner_secret": pending["oauth_token_secret"],
        }
        verifier = verifier or granted["oauth_verifier"]
        statuses.append(tester("GET", ACCESS, verifier=verifier, **token, **KEYS).status)

    assert statuses == [401, 200, 401, 401]


def test_an_access_token_expires_if_the_world_says_so(tester: Any, world: Any) -> None:
    world.set_settings("enterprise_tester", {"consent": "approve", "accessTokenSeconds": 60})
    pending = pairs(tester("GET", REQUEST, callback_uri=CALLBACK, **KEYS))
    granted = back(tester("GET", f"{CONSENT}?oauth_token={pending['oauth_token']}"))
    token = {
        "resource_owner_key": pending["oauth_token"],
        "resource_owner_secret": pending["oauth_token_secret"],
    }
    held = pairs(tester("GET", ACCESS, verifier=granted["oauth_verifier"], **token, **KEYS))
    own = {"resource_owner_key": held["oauth_token"], "resource_owner_secret": held["oauth_token_secret"]}

    before = tester("GET", LINKS, **own, **KEYS).status
    world.advance_clock(60)

    assert (before, tester("GET", LINKS, **own, **KEYS).status) == (200, 401)


@pytest.mark.parametrize(("stamp", "status"), [("1736933400", 200), ("1736933700", 200), ("1736933701", 401)])
def test_a_timestamp_is_held_against_the_worlds_clock_if_asked_for(
    tester: Any, world: Any, stamp: str, status: int
) -> None:
    world.set_settings("enterprise_tester", {"oauthTimestampSeconds": 300})

    assert tester("GET", LINKS, timestamp=stamp, **KEYS, **TOKEN).status == status
