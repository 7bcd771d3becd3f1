"""What a site says about itself: its address, version, configuration, and id at the gateway."""

from __future__ import annotations

from mockserver.behaviours.jira.callers import GATEWAY
from mockserver.engine.context import Context
from mockserver.values import Json, Outcome

VERSION = "1001.0.0-SNAPSHOT"


def server_info(ctx: Context) -> Outcome:
    """Version and addresses; ``serverTime`` only for somebody who is logged in, as recorded on Cloud.

    Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-server-info/
    """
    address = address_of(ctx)
    document: dict[str, Json] = {
        "baseUrl": address,
        "version": VERSION,
        "versionNumbers": [1001, 0, 0],
        "deploymentType": "Cloud",
        "buildNumber": 100_284,
        "buildDate": "2025-01-14T12:00:00.000+0000",
        "serverTime": None if ctx.caller.anonymous else ctx.stamp(),
        "scmInfo": "0" * 40,
        "serverTitle": "Jira",
        "displayUrl": address,
        "displayUrlServicedeskHelpCenter": address,
        "displayUrlConfluence": f"{address}/wiki",
        "defaultLocale": {"locale": "en_US"},
        "serverTimeZone": "Etc/UTC",
    }
    return Outcome("ok", document, ready=True)


def configuration(ctx: Context) -> Outcome:
    """What is switched on, and how long people work, as the settings say.

    Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-jira-settings/
    """
    document = {
        "votingEnabled": ctx.settings["votingEnabled"],
        "watchingEnabled": ctx.settings["watchingEnabled"],
        "unassignedIssuesAllowed": True,
        "subTasksEnabled": True,
        "issueLinkingEnabled": ctx.settings["issueLinkingEnabled"],
        "timeTrackingEnabled": ctx.settings["timeTrackingEnabled"],
        "attachmentsEnabled": ctx.settings["attachmentsEnabled"],
        "timeTrackingConfiguration": {
            "workingHoursPerDay": float(ctx.settings["workingHoursPerDay"]),
            "workingDaysPerWeek": float(ctx.settings["workingDaysPerWeek"]),
            "timeFormat": "pretty",
            "defaultUnit": "minute",
        },
    }
    return Outcome("ok", document, ready=True)


def tenant(ctx: Context) -> Outcome:
    """The id under which the gateway knows this site."""
    return Outcome("ok", {"cloudId": ctx.settings["cloudId"]}, ready=True)


def address_of(ctx: Context) -> str:
    """The site's own address, also for a call that came through the gateway."""
    return (ctx.base + "/").partition(GATEWAY)[0].rstrip("/")
