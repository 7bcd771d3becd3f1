"""SD Elements: credentials, media types and the framework's error texts, for every operation alike."""

import base64

import pytest

from mockserver.world import CommandError

ME = "/api/v2/users/me/"
LIST = "/api/v2/connections/issue-tracker/"
NEW = {"alias": "A", "connector": 1, "project": 1, "params": {}}
# Operations of every kind, with and without a body, one of a list and one of a thing that is not there.
EVERY_KIND = [
    ("GET", ME, None),
    ("GET", LIST, None),
    ("POST", LIST, NEW),
    ("PATCH", f"{LIST}1/", {}),
    ("DELETE", f"{LIST}1/", None),
    ("GET", "/api/v2/projects/99/tasks/", None),
    ("POST", "/api/v2/applications/", {}),
]


@pytest.fixture
def sde(client):
    return client("sd_elements")


def basic(name: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


@pytest.mark.parametrize(("method", "path", "body"), EVERY_KIND)
def test_nobody_gets_in_without_a_credential(world, sde, method, path, body) -> None:
    before = world.state("sd_elements")
    sde.authorization = None

    reply = sde(method, path, body)

    assert reply.status == 401
    assert reply.json() == {"detail": "Authentication credentials were not provided."}
    assert reply.headers["WWW-Authenticate"] == "Token"
    assert world.state("sd_elements") == before


@pytest.mark.parametrize(
    "header",
    [
        'Token "user1-token"',
        "Token user1-token",
        "token user1-token",
        'TOKEN "user1-token"',
    ],
)
def test_a_token_may_be_quoted_or_bare_and_its_scheme_in_any_case(world, sde, header) -> None:
    world.set_auth("strict")

    reply = sde("GET", ME, headers={"Authorization": header})

    assert (reply.status, reply.json()["email"]) == (200, "user1@example.com")


def test_a_password_and_a_session_get_in_too(world, sde) -> None:
    world.set_auth("strict")
    sde.authorization = None

    password = sde("GET", ME, headers={"Authorization": basic("admin@example.com", "admin-password")})
    session = sde("GET", ME, headers={"Cookie": "theme=dark; sde-sessionid=admin-session"})

    assert password.json()["email"] == "admin@example.com"
    assert session.json()["email"] == "admin@example.com"


@pytest.mark.parametrize("header", ["Token nobody", 'Token "nobody"', basic("admin@example.com", "wrong")])
def test_a_strict_world_knows_its_credentials(world, sde, header) -> None:
    world.set_auth("strict")

    reply = sde("GET", ME, headers={"Authorization": header})

    assert (reply.status, reply.json()) == (401, {"detail": "Invalid token."})


def test_any_well_formed_credential_is_the_default_user_elsewhere(sde) -> None:
    assert sde("GET", ME, headers={"Authorization": "Token anything"}).json()["id"] == 1
    assert sde("GET", ME, headers={"Authorization": "Token "}).status == 401
    assert sde("GET", ME, headers={"Authorization": "Bearer anything"}).status == 401


def test_a_body_must_be_json_by_its_type(sde) -> None:
    reply = sde("POST", LIST, NEW, headers={"Content-Type": "text/plain; charset=utf-8"})

    assert reply.status == 415
    assert reply.json() == {"detail": 'Unsupported media type "text/plain; charset=utf-8" in request.'}


@pytest.mark.parametrize("text", ["{", "", "{'alias': 1}", b"\xff", '{"alias": NaN}'])
def test_a_body_must_be_json(sde, text) -> None:
    reply = sde("POST", LIST, text=text, headers={"Content-Type": "application/json"})

    assert reply.status == 400
    assert reply.json()["detail"].startswith("JSON parse error - ")


@pytest.mark.parametrize(
    ("text", "kind"),
    [("[]", "list"), ('"a"', "str"), ("7", "int"), ("1.5", "float"), ("true", "bool")],
)
def test_a_body_must_be_a_dictionary(sde, text, kind) -> None:
    reply = sde("POST", LIST, text=text)

    assert reply.status == 400
    message = f"Invalid data. Expected a dictionary, but got {kind}."
    assert reply.json() == {"non_field_errors": [message]}


def test_an_unknown_path_is_not_found_in_the_same_words_as_an_unknown_id(sde) -> None:
    for path in (f"{LIST}99/", f"{LIST}abc/", f"{LIST}1", "/api/v2/connections/nothing/"):
        reply = sde("GET", f"/sd-elements{path}")

        assert (reply.status, reply.json()) == (404, {"detail": "Not found."}), path


@pytest.mark.parametrize("accept", ["application/json", "*/*", "text/html, application/*;q=0.5", ""])
def test_json_is_sent_to_whoever_takes_it(sde, accept) -> None:
    assert sde("GET", ME, headers={"Accept": accept}).status == 200


@pytest.mark.parametrize("accept", ["application/xml", "text/html", "text/html, image/png"])
def test_nothing_but_json_is_sent(world, sde, accept) -> None:
    before = world.state("sd_elements")

    reply = sde("POST", LIST, NEW, headers={"Accept": accept})

    assert reply.status == 406
    assert reply.json() == {"detail": "Could not satisfy the request Accept header."}
    assert world.state("sd_elements") == before


def test_the_format_can_be_json_only(sde) -> None:
    assert sde("GET", f"{ME}?format=json").status == 200
    assert sde("GET", f"{ME}?format=xml").status == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/v2/projects/1/tasks/"),
        ("GET", "/api/v2/connectors/alm/"),
        ("PATCH", "/api/v2/business-units/1/"),
        ("GET", "/api/v2/users/"),
    ],
)
def test_what_is_known_but_not_served_says_so(sde, method, path) -> None:
    reply = sde(method, path)

    assert reply.status == 501
    assert sde.diagnosis()["reason"] == "not-implemented"


@pytest.mark.parametrize(
    ("resource", "record", "named"),
    [
        ("issue_tracker_connection", {"project": 99, "alias": "A", "connector": 1}, "project"),
        ("issue_tracker_connection", {"project": 1, "alias": "A", "connector": 99}, "connector"),
        ("issue_tracker_connection", {"project": 1, "alias": "A", "connector": 1, "colour": 1}, "colour"),
        ("application", {"name": "A"}, "business_unit"),
        ("project", {"application": 1, "name": "A", "profile": "P99"}, "profile"),
        ("project", {"application": 1, "name": "A", "users": [{"user": 99}]}, "users"),
        ("task", {"project": 1, "id": "1-T9", "task_id": "T9", "title": "A", "status": "TS9"}, "status"),
        ("business_unit", {"name": "A", "groups": [{"group": "G9"}]}, "groups"),
        ("user", {"email": "a@example.com", "groups": ["G9"]}, "groups"),
        ("credential", {"scheme": "token", "secret": "a", "user": 99}, "user"),
    ],
)
def test_seeds_name_only_what_exists(world, resource, record, named) -> None:
    before = world.state("sd_elements")

    with pytest.raises(CommandError, match=named):
        world.seed({"sd_elements": {resource: [record]}})

    assert world.state("sd_elements") == before
