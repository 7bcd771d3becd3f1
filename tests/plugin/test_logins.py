"""Credentials and permissions of users, as a test asks for them."""

import pytest


def test_a_test_is_whoever_it_wants_to_be(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        from mockserver.values import Call
        from mockserver.world import NotThere


        def me(mock, login):
            sent = {name.lower(): value for name, value in login.headers.items()}
            return mock.world.handle(Call("GET", "/rest/api/3/myself", sent))


        @pytest.mark.mock(auth="strict")
        def test_login_and_revoke(jira_mock):
            emma, other = jira_mock.login("emma@example.com"), jira_mock.login("emma@example.com")

            assert emma.auth == ("emma@example.com", emma.secret)
            assert me(jira_mock, emma).json()["displayName"] == "Emma Richards"
            assert jira_mock.revoke(emma) == 1
            assert me(jira_mock, emma).status == 401
            assert me(jira_mock, other).status == 200
            assert jira_mock.revoke("Emma Richards") == 3
            assert me(jira_mock, other).status == 401


        def test_a_session(jira_mock):
            login = jira_mock.login(scheme="session")

            assert login.headers == {"Cookie": f"cloud.session.token={login.secret}"}
            assert login.auth == login.secret


        def test_denials_add_up(jira_mock):
            jira_mock.set(denied=["DELETE_ISSUES"])
            jira_mock.deny("emma@example.com", "LINK_ISSUES")
            jira_mock.deny("emma@example.com", "EDIT_ISSUES in MKY")

            assert jira_mock.settings["denied"] == {
                "*": ["DELETE_ISSUES"],
                "emma@example.com": ["LINK_ISSUES", "EDIT_ISSUES in MKY"],
            }
            with pytest.raises(NotThere, match="no user 'ema@example.com'"):
                jira_mock.deny("ema@example.com", "LINK_ISSUES")
        """
    )

    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")

    result.assert_outcomes(passed=3)
