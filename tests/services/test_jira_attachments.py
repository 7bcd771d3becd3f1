"""Attachments: files in multipart bodies, kept byte for byte, told in the issue and its history."""

import pytest

ISSUE = "/rest/api/3/issue/MKY-1"
ATTACHMENTS = f"{ISSUE}/attachments"
EVERY_BYTE = bytes(range(256)) * 3


@pytest.fixture
def jira(client):
    return client("jira")


def form(*files, name="file", boundary="xyz"):
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; {how}\r\n'.encode()
        + f"Content-Type: {media_type}\r\n\r\n".encode()
        + content
        + b"\r\n"
        for how, media_type, content in files
    ]
    return b"".join(parts) + f"--{boundary}--\r\n".encode()


def sent(jira, body, **headers):
    usual = {"Content-Type": "multipart/form-data; boundary=xyz", "X-Atlassian-Token": "no-check"}
    return jira("POST", ATTACHMENTS, text=body, headers={**usual, **headers})


def attached(jira, content=b"text", how='filename="a.bin"', media_type="application/octet-stream"):
    reply = sent(jira, form((how, media_type, content)))
    assert reply.status == 200, reply.body
    return reply.json()[0]


def content_of(jira, made, **headers):
    return jira("GET", f"/rest/api/3/attachment/content/{made['id']}?redirect=false", headers=headers)


@pytest.mark.parametrize("content", [EVERY_BYTE, b"", b"\r\n", b"--xyz", b"\r\n--xy\r\n\r\n", b"x" * 200_000])
def test_every_byte_comes_back(jira, content) -> None:
    made = attached(jira, content)

    reply = content_of(jira, made)

    assert (reply.status, reply.body) == (200, content)
    assert made["size"] == len(content)


def test_the_content_is_behind_a_redirect_that_leads_to_it(jira) -> None:
    made = attached(jira, b"hello", media_type="text/x-own")

    redirect = jira("GET", made["content"].removeprefix("http://localhost:8080"))
    reply = jira("GET", redirect.headers["Location"].removeprefix("http://localhost:8080"))

    assert (redirect.status, redirect.body) == (303, b"")
    assert (reply.body, reply.headers["Content-Type"]) == (b"hello", "text/x-own")


@pytest.mark.parametrize(
    ("asked", "part", "content"),
    [
        ("bytes=0-1", "bytes 0-1/5", b"he"),
        ("bytes=3-", "bytes 3-4/5", b"lo"),
        ("bytes=-2", "bytes 3-4/5", b"lo"),
        ("bytes=-99", "bytes 0-4/5", b"hello"),
        ("bytes=1-99", "bytes 1-4/5", b"ello"),
    ],
)
def test_a_range_of_bytes_is_answered_alone(jira, asked, part, content) -> None:
    reply = content_of(jira, attached(jira, b"hello"), Range=asked)

    assert (reply.status, reply.headers["Content-Range"], reply.body) == (206, part, content)


@pytest.mark.parametrize(
    ("asked", "status"),
    [("bytes=5-", 416), ("bytes=-0", 416), ("bytes=2-1", 400), ("bytes=-", 400), ("pages=1-2", 400)],
)
def test_a_range_that_is_none_is_refused(jira, asked, status) -> None:
    assert content_of(jira, attached(jira, b"hello"), Range=asked).status == status


@pytest.mark.parametrize(
    ("how", "name"),
    [
        ('filename="plain.txt"', "plain.txt"),
        ('filename="naïve ☃.txt"', "naïve ☃.txt"),
        ("filename*=UTF-8''na%C3%AFve.txt", "naïve.txt"),
        ("filename=\"x.txt\"; filename*=utf-8''%E2%98%83.txt", "☃.txt"),
        ('filename="a;b.txt"', "a;b.txt"),
        ('filename="say \\"hi\\".txt"', 'say "hi".txt'),
        ('filename="C:\\folder\\file.txt"', "file.txt"),
        ('filename="../../etc/passwd"', "passwd"),
        ("filename=bare.txt", "bare.txt"),
    ],
)
def test_a_file_keeps_its_name_and_loses_its_folders(jira, how, name) -> None:
    assert attached(jira, how=how)["filename"] == name


def test_the_issue_its_history_and_jql_know_of_an_attachment(jira, world) -> None:
    world.advance_clock(60)
    made = attached(jira, how='filename="dot.png"', media_type="image/png")

    fields = jira("GET", f"{ISSUE}?fields=attachment,updated").json()["fields"]
    counted = jira("POST", "/rest/api/3/search/approximate-count", {"jql": "attachments is not empty"})

    assert fields == {"attachment": [made], "updated": "2025-01-15T09:31:00.000+0000"}
    assert made["thumbnail"].endswith(f"/rest/api/3/attachment/thumbnail/{made['id']}")
    assert counted.json()["count"] == 1


def test_the_id_is_a_string_in_the_issue_and_a_number_alone(jira) -> None:
    made = attached(jira)

    alone = jira("GET", f"/rest/api/3/attachment/{made['id']}").json()

    assert (made["id"], alone["id"]) == ("10000", 10000)


def test_without_the_token_nothing_is_attached_whatever_the_browser(jira) -> None:
    replies = [
        sent(
            jira,
            form(('filename="a"', "text/plain", b"a")),
            **{"X-Atlassian-Token": token, "User-Agent": agent},
        )
        for token in ("", "check")
        for agent in ("curl/8", "Mozilla/5.0")
    ]

    assert {(reply.status, reply.body) for reply in replies} == {(403, b"XSRF check failed")}
    assert jira("GET", f"{ISSUE}?fields=attachment").json()["fields"]["attachment"] == []


def test_sixty_files_are_taken_and_one_more_is_too_many(jira) -> None:
    files = [(f'filename="{number}.txt"', "text/plain", b"x") for number in range(61)]

    taken, refused = sent(jira, form(*files[:60])), sent(jira, form(*files))

    assert (taken.status, len(taken.json()), refused.status) == (200, 60, 413)
    assert len(jira("GET", f"{ISSUE}?fields=attachment").json()["fields"]["attachment"]) == 60


def test_one_file_too_large_keeps_the_others_out(jira, world) -> None:
    world.set_settings("jira", {"attachmentUploadLimit": 5})
    files = [('filename="a"', "text/plain", b"12345"), ('filename="b"', "text/plain", b"123456")]

    reply = sent(jira, form(*files))

    assert reply.status == 413
    assert jira("GET", f"{ISSUE}?fields=attachment").json()["fields"]["attachment"] == []


@pytest.mark.parametrize(
    "body", [b"", b"garbage", b"--xyz\r\n", b"--other--\r\n", b"--xyz\r\nno header\r\n\r\nx\r\n--xyz--"]
)
def test_a_body_that_is_no_form_is_refused(jira, body) -> None:
    reply = sent(jira, body)

    assert reply.status == 400


def test_a_form_without_a_boundary_is_refused(jira) -> None:
    assert sent(jira, b"--xyz--", **{"Content-Type": "multipart/form-data"}).status == 400


def test_a_removed_attachment_is_gone_and_told(jira) -> None:
    made = attached(jira)

    assert jira("DELETE", f"/rest/api/3/attachment/{made['id']}").status == 204

    assert jira("GET", f"/rest/api/3/attachment/{made['id']}").status == 404
    assert jira("GET", f"{ISSUE}?fields=attachment").json()["fields"]["attachment"] == []


def test_attachments_go_with_their_issue(jira) -> None:
    made = attached(jira)

    jira("DELETE", ISSUE)

    assert content_of(jira, made).status == 404
