"""The events that there are: which of them apps can ask for, which JQL is about, which are never sent.

Source: https://developer.atlassian.com/cloud/jira/platform/webhooks/#available-webhook-events
"""

from __future__ import annotations

from collections.abc import Mapping

ISSUE_CREATED, ISSUE_UPDATED, ISSUE_DELETED = "jira:issue_created", "jira:issue_updated", "jira:issue_deleted"
PROPERTY_SET, PROPERTY_DELETED = "issue_property_set", "issue_property_deleted"
VERSION_DELETED, VERSION_MERGED = "jira:version_deleted", "jira:version_merged"

# Of these the JQL of a webhook decides whether they are sent.
FILTERED = (
    ISSUE_CREATED, ISSUE_UPDATED, ISSUE_DELETED, PROPERTY_SET, PROPERTY_DELETED,
    "worklog_created", "worklog_updated", "worklog_deleted",
    "comment_created", "comment_updated", "comment_deleted",
    "attachment_created", "attachment_deleted",
)  # fmt: skip
SPRINTS = ("sprint_created", "sprint_updated", "sprint_deleted", "sprint_started", "sprint_closed")
VERSIONS = (
    "jira:version_released", "jira:version_unreleased", "jira:version_created", "jira:version_moved",
    "jira:version_updated", VERSION_MERGED, VERSION_DELETED,
)  # fmt: skip
DOCUMENTED = (
    *FILTERED,
    "issuelink_created", "issuelink_deleted",
    "issuetype_created", "issuetype_updated", "issuetype_deleted",
    "project_created", "project_updated", "project_deleted", "project_soft_deleted",
    "project_restored_deleted", "project_archived", "project_restored_archived",
    *VERSIONS,
    "filter_created", "filter_updated", "filter_deleted",
    "user_created", "user_updated", "user_deleted",
    "option_voting_changed", "option_watching_changed", "option_unassigned_issues_changed",
    "option_subtasks_changed", "option_issuelinks_changed", "option_timetracking_changed",
    "option_timetracking_provider_changed",
    *SPRINTS,
    "board_created", "board_updated", "board_deleted", "board_configuration_changed",
    "app_access_to_objects_blocked", "app_access_to_objects_in_container_blocked",
    "jira_expression_evaluation_failed",
)  # fmt: skip
# What apps can ask for.
DYNAMIC = frozenset(
    {
        ISSUE_CREATED, ISSUE_UPDATED, ISSUE_DELETED, PROPERTY_SET, PROPERTY_DELETED,
        "comment_created", "comment_updated", "comment_deleted", *SPRINTS, *VERSIONS,
    }
)  # fmt: skip
# Named by older documents; clients still ask for them.
FORMER = frozenset({"jira:worklog_updated", "option_attachments_changed"})
KNOWN = frozenset({*DOCUMENTED, *FORMER})
# Events that can be asked for and that nothing here sets off, and why.
UNSENT: Mapping[str, str] = {
    "project_restored_deleted": "there is no trash to restore a project from",
    "project_archived": "archiving a project is not made",
    "project_restored_archived": "archiving a project is not made",
    "user_updated": "no operation of the API changes a user",
    "option_voting_changed": "settings are the tester's, no call changes them",
    "option_watching_changed": "settings are the tester's, no call changes them",
    "option_unassigned_issues_changed": "there is no such setting here",
    "option_subtasks_changed": "there is no such setting here",
    "option_issuelinks_changed": "settings are the tester's, no call changes them",
    "option_timetracking_changed": "settings are the tester's, no call changes them",
    "option_timetracking_provider_changed": "choosing a provider is not made",
    "board_updated": "no operation of the API changes a board",
    "board_configuration_changed": "no operation of the API configures a board",
    "app_access_to_objects_blocked": "there are no app access rules here",
    "app_access_to_objects_in_container_blocked": "there are no app access rules here",
    "jira_expression_evaluation_failed": "there are no Jira expressions here",
}
