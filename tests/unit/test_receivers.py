"""Webhooks are sent to this machine and to whom somebody allowed by name, however an address is spelt."""

from __future__ import annotations

import pytest

from mockserver.world import CommandError
from mockserver.world.receivers import barred, origin_of, origins, unfit

ELSEWHERE = [
    # other names of this machine, and what may become one
    "http://127.1/",
    "http://127.0.1/",
    "http://127.0.0.2/",
    "http://127.255.255.254/",
    "http://127.0.0.1./",
    "http://localhost./",
    "http://localhost.localdomain/",
    "http://a.localhost/",
    "http://localhost.example/",
    "http://127.0.0.1.nip.io/",
    "http://localtest.me/",
    "http://0/",
    "http://0.0.0.0/",
    "http://[::]/",
    # one number, octal, hexadecimal, short and mixed forms
    "http://2130706433/",
    "http://017700000001/",
    "http://0x7f000001/",
    "http://0x7f.0.0.1/",
    "http://0177.0.0.1/",
    "http://0x7f.1/",
    "http://127.0x0.0.1/",
    "http://00127.0.0.1/",
    "http://127.00.0.01/",
    "http://4294967297/",
    # IPv6 that stands for IPv4, and IPv6 of this machine in other words
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[0:0:0:0:0:ffff:127.0.0.1]/",
    "http://[::127.0.0.1]/",
    "http://[::ffff:0:127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b::127.0.0.1]/",
    "http://[64:ff9b:1::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[2001:0:7f00:1::]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[::0001]/",
    "http://[0000::1]/",
    "http://[::1%25lo]/",
    "http://[::1%lo]/",
    "http://[fe80::1]/",
    "http://[fe80::1%eth0]/",
    "http://[fc00::1]/",
    "http://[fd12:3456::1]/",
    "http://[ff02::1]/",
    # private networks, carrier-grade NAT, link-local, multicast, reserved
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://192.168.0.1/",
    "http://100.64.0.1/",
    "http://169.254.0.1/",
    "http://198.18.0.1/",
    "http://224.0.0.1/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    # metadata of clouds
    "http://169.254.169.254/latest/meta-data/",
    "http://[::ffff:169.254.169.254]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[2002:a9fe:a9fe::]/",
    "http://2852039166/",
    "http://0xa9fea9fe/",
    "http://metadata.google.internal/",
    "http://metadata/",
    "http://100.100.100.200/",
    "http://168.63.129.16/",
    "http://[fd00:ec2::254]/",
    # a user before the host, and what readers of URLs differ about
    "http://127.0.0.1@evil.example/",
    "http://localhost:80@evil.example/",
    "http://evil.example@127.0.0.1/",
    "http://mia:secret@127.0.0.1/",
    "http://@127.0.0.1/",
    "http://127.0.0.1\\@evil.example/",
    "http://127.0.0.1%2f@evil.example/",
    "http://127.0.0.1#@evil.example/\n",
    "http://127.0.0.1 .evil.example/",
    "http://127.0.0.1\t/",
    "http://127.0.0.1/\r\nX-Header: 1",
    "http://127。0。0。1/",
    "http://①②⑦.0.0.1/",
    "http://loca\u217chost/",
    "http://loc%61lhost/",
    "http:///127.0.0.1/",
    "http:127.0.0.1/",
    "http:/127.0.0.1/",
    "//127.0.0.1/",
    "127.0.0.1:80",
    "http://127.0.0.1:0/",
    "http://127.0.0.1:65536/",
    "http://127.0.0.1:/",
    "http://127.0.0.1:8080:80/",
    "http://[::1/",
    "http://::1/",
    "http://[127.0.0.1]/",
    "http://[:::]/",
    # other schemes
    "ftp://127.0.0.1/",
    "file:///etc/passwd",
    "gopher://127.0.0.1/",
    "unix:///var/run/docker.sock",
    "ws://127.0.0.1/",
    "",
    "http://",
    # anybody else
    "http://receiver.example/",
    "https://hooks.example:8443/a?b=c",
    "http://93.184.215.14/",
]


@pytest.mark.parametrize("url", ELSEWHERE)
def test_what_is_not_plainly_this_machine_is_not_sent_to(url):
    assert barred(frozenset(), url)


def test_there_are_enough_forms():
    assert len(set(ELSEWHERE)) >= 60


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8000/hook",
        "http://localhost:8000",
        "http://LocalHost/hook",
        "http://[::1]:8000/hook?a=b#c",
        "https://127.0.0.1/hook",
        "HTTP://127.0.0.1",
        "http://127.0.0.1?x=http://evil.example/@",
        "http://127.0.0.1/@evil.example",
    ],
)
def test_this_machine_is_sent_to(url):
    assert barred(frozenset(), url) == ""


@pytest.mark.parametrize(
    ("url", "reached"),
    [
        ("http://receiver.example:8000/hook", True),
        ("http://Receiver.Example:8000", True),
        ("http://receiver.example/hook", False),
        ("https://receiver.example:8000/hook", False),
        ("http://a.receiver.example:8000/hook", False),
        ("http://receiver.example.evil.example:8000/hook", False),
        ("http://receiver.example:80000/hook", False),
        ("http://receiver.example:8000@evil.example/", False),
        ("http://10.0.0.7/hook", True),
        ("http://10.0.0.8/hook", False),
    ],
)
def test_an_allowed_origin_is_sent_to_and_none_that_resembles_it(url, reached):
    allowed = origins(["http://receiver.example:8000", "http://10.0.0.7/"])

    assert (barred(allowed, url) == "") == reached


def test_why_something_is_not_sent_to_names_it():
    assert barred(frozenset(), "http://receiver.example/x?token=mock") == (
        "http://receiver.example:80 is neither this machine (127.0.0.1, localhost, [::1]) nor allowed by name"
    )


def test_an_origin_always_names_its_port():
    assert origin_of("HTTPS://Hooks.Example/a") == "https://hooks.example:443"


@pytest.mark.parametrize(
    "given",
    [
        "receiver.example",
        "http://receiver.example/hook",
        "http://*.example",
        "http://x:0",
        "http://u@x",
        "*",
        "",
    ],
)
def test_what_is_allowed_is_an_origin_and_nothing_wider(given):
    with pytest.raises(CommandError):
        origins([given])


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.53", "::1"])
def test_localhost_may_mean_this_machine(address):
    assert unfit("localhost", address) == ""


@pytest.mark.parametrize(
    "address", ["10.0.0.1", "169.254.169.254", "::ffff:127.0.0.1", "fe80::1", "93.184.215.14"]
)
def test_localhost_may_mean_nothing_else(address):
    assert unfit("localhost", address)


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "10.1.2.3", "192.168.1.7", "127.0.0.1", "2606:2800::1", "fd12::7"]
)
def test_a_name_that_was_allowed_may_lead_into_any_network(address):
    assert unfit("receiver.example", address) == ""


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "169.254.0.7",
        "fe80::1",
        "fe80::1%eth0",
        "0.0.0.0",
        "::",
        "224.0.0.1",
        "ff02::1",
        "255.255.255.255",
        "240.0.0.1",
        "100.100.100.200",
        "168.63.129.16",
        "fd00:ec2::254",
        "::ffff:169.254.169.254",
        "::ffff:10.0.0.1",
        "::169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::",
        "2001:0:a9fe:a9fe::",
    ],
)
def test_a_name_that_was_allowed_must_not_lead_where_no_receiver_can_be(address):
    assert unfit("receiver.example", address)
