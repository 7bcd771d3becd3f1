"""What a secret is, and that nothing else is lost with it."""

from __future__ import annotations

from base64 import b64encode

import orjson
import pytest

from mockserver.state import secrets

CANARY = "c4n4ry-in-the-mine"
# What looks like a real token, put together here so that it stands in no file.
TOKEN = "ATATT" + "3x" + "notreal" * 6


def kept(body: str | bytes, kind: str = "application/json") -> bytes:
    return secrets.body(body.encode() if isinstance(body, str) else body, kind)[0]


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "Password",
        "newPassword",
        "passwd",
        "pass",
        "passphrase",
        "secret",
        "client_secret",
        "clientSecret",
        "SECRET",
        "token",
        "access_token",
        "refreshToken",
        "id_token",
        "api_key",
        "apiKey",
        "api-key",
        "apikey",
        "private_key",
        "authorization",
        "jwt",
        "signature",
        "oauth_signature",
        "client_assertion",
        "code_verifier",
        "sessionId",
        "JSESSIONID",
        "session_id",
    ],
)
def test_a_member_named_like_a_secret_is_not_kept(name):
    assert CANARY.encode() not in kept(f'{{"a": 1, "{name}": "{CANARY}", "b": [2]}}')
    assert orjson.loads(kept(f'{{"a": 1, "{name}": "{CANARY}", "b": [2]}}'))["b"] == [2]
    assert CANARY not in secrets.url(f"/x?a=1&{name}={CANARY}&b=2")[0]
    assert CANARY.encode() not in kept(f"{name}={CANARY}&b=2", "application/x-www-form-urlencoded")


@pytest.mark.parametrize(
    "name",
    ["nextPageToken", "pageToken", "page_token", "compass", "key", "code", "tokens", "passed", "author"],
)
def test_what_is_no_secret_is_kept(name):
    body = f'{{"{name}": "{CANARY}"}}'.encode()

    assert kept(body) is body


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b'{"summary": "the secret of the token", "list": ["password", "jwt"]}',
        b'{"password": null, "token": true, "secret": ""}',
        b'{"self": "http://127.0.0.1:8080/rest", "mail": "mia@example.com"}',
        b"\x00\xff\xfe secret token",
    ],
)
def test_a_body_without_secrets_is_given_back_as_it_is(body):
    assert secrets.body(body, "application/json") == (body, [])


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('{"token":"a"}', '{"token":"[redacted]"}'),
        ('{"token" : "a" , "b" : 1}', '{"token" : "[redacted]" , "b" : 1}'),
        ('{"token":12345}', '{"token":"[redacted]"}'),
        ('{"a":{"b":[{"secret":"x\\"y"},2]}}', '{"a":{"b":[{"secret":"[redacted]"},2]}}'),
        ('{"secret":{"a":"]}","b":[1]},"c":3}', '{"secret":"[redacted]","c":3}'),
        ('{"secret":["a","b"],"c":3}', '{"secret":"[redacted]","c":3}'),
        ('{"pass\\u0077ord":"a"}', '{"pass\\u0077ord":"[redacted]"}'),
        ('{"password":"cut of', '{"password":"[redacted]"'),
        ('{"password":["cut", "of', '{"password":"[redacted]"'),
        ('{"url":"http://h/x?token=a&b=1#c"}', '{"url":"http://h/x?token=[redacted]&b=1#c"}'),
        ('{"url":"http://mia:pw@h/x"}', '{"url":"http://[redacted]@h/x"}'),
        ('{"to":"http://h/back?code=a&state=b"}', '{"to":"http://h/back?code=[redacted]&state=b"}'),
        ('{"grant_type":"x","code":"a"}', '{"grant_type":"x","code":"[redacted]"}'),
        ('{"token":"a","token":"b"}', '{"token":"[redacted]","token":"[redacted]"}'),
        ('{"secret":{"secret":{"token":1}}}', '{"secret":"[redacted]"}'),
    ],
)
def test_only_the_value_of_a_secret_is_replaced(body, expected):
    assert kept(body).decode() == expected
    assert kept(expected).decode() == expected


def test_the_fields_of_a_multipart_body_are_looked_at():
    head = b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n'
    body = head % b"api_token" + CANARY.encode() + b"\r\n" + head % b"file" + b"content\r\n--x--\r\n"

    found, values = secrets.body(body, "multipart/form-data; boundary=x")

    assert CANARY.encode() not in found
    assert found.startswith(head % b"api_token" + b"[redacted]\r\n--x\r\n")
    assert found.endswith(b"content\r\n--x--\r\n")
    assert values == [CANARY.encode()]


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/x", "/x"),
        ("/x?jql=a%20%3D%20b&maxResults=2", "/x?jql=a%20%3D%20b&maxResults=2"),
        ("/x?token=a&token=b", "/x?token=[redacted]&token=[redacted]"),
        ("/x?%74oken=a", "/x?%74oken=[redacted]"),
        ("/x?nextPageToken=a", "/x?nextPageToken=a"),
        ("/x?code=a&state=b", "/x?code=[redacted]&state=b"),
        ("/x?token", "/x?token"),
        ("http://mia:pw@host/x?a=1", "http://[redacted]@host/x?a=1"),
    ],
)
def test_a_url_is_kept_without_its_secrets(target, expected):
    assert secrets.url(target)[0] == expected


def test_what_looks_like_a_real_token_is_found_wherever_it_stands():
    basic = "Basic " + b64encode(f"mia@example.com:{TOKEN}".encode()).decode()

    assert secrets.tokens(f'{{"a": "{TOKEN}"}}'.encode()) == (b'{"a": "[redacted]"}', True)
    assert secrets.holds_token(basic)
    assert secrets.holds_token(f"Bearer {TOKEN}")
    assert not secrets.holds_token("Basic bWlhOm1vY2stdG9rZW4=")
    assert not secrets.holds_token("Basic *")
    assert secrets.tokens(b"ATATT3 is how they begin") == (b"ATATT3 is how they begin", False)


def test_secrets_are_found_again_elsewhere_but_short_ones_may_be_any_word():
    assert secrets.without(b"no c4n4ry, no a", [b"c4n4ry", b"a", b"password"]) == b"no [redacted], no a"


def test_many_secrets_in_one_another_take_no_longer_than_one():
    deep = b'{"secret":' * 10_000 + b"1" + b"}" * 10_000
    many = b'{"secret":[' * 10_000

    assert kept(deep) == b'{"secret":"[redacted]"}'
    assert kept(many) == b'{"secret":"[redacted]"'
