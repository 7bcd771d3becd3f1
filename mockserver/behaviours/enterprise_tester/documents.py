"""External system links and external systems as a caller sees them; each can be expanded with the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from mockserver.behaviours.enterprise_tester import options
from mockserver.engine.context import Context
from mockserver.values import Json, Record, dumps

LINK_EXPANSIONS = ("Configuration", "ExternalSystem")
SYSTEM_EXPANSIONS = (
    "Configuration",
    "ExternalSystemLinks",
    "FieldValues",
    "Widgets",
    "AdditionalConfigurationLinks",
)

# Members that a link has only where they concern it.
PACKAGES = (
    "EaPackageId",
    "RequirementPackageId",
    "TestExecutionPackageId",
    "TestScriptPackageId",
    "DefectTrackerProjectId",
    "InternalPackageName",
)

# Members that are shown as they are stored, in the order of the reference.
_STORED = (
    "Name",
    "Enabled",
    "LastSynchronizedAt",
    "LastDestinationToSourceSynchronizationAt",
    "LastSourceToDestinationSynchronizationAt",
    "ConfigurationComplete",
    "ConfigurationProblems",
    "AutoSelect",
    *PACKAGES,
)

# What each generation of the link does not have yet.
_SINCE_NEWEST = ("AutoSelect", *PACKAGES, "Expands")
_SINCE_NEW = (
    "TypeForDisplay",
    "ExternalSystemName",
    "ExternalSystemImplementationType",
    "ExternalSystemConnectionType",
    *_SINCE_NEWEST,
)
_SINCE_OLD = ("ProjectName", "ConfigurationComplete", "ConfigurationProblems", "Links", *_SINCE_NEW)
_NOT_YET: Mapping[str, Sequence[str]] = {
    "4.6": _SINCE_OLD,
    "old": _SINCE_NEW,
    "new": _SINCE_NEWEST,
    "newest": (),
}


def link(ctx: Context, record: Record) -> dict[str, Json]:
    """A link in the generation that the setting linkRepresentation names, expanded as the call asks.

    Source: https://help.catchsoftware.com/x/8QUf (4.6), later generations from the versions of that page.
    """
    return _link(ctx, record, options.expansions(ctx, LINK_EXPANSIONS))


def whole_links() -> Callable[[Context, Record], Record]:
    """How ``$filter`` and ``$orderby`` see the links of one call: with every member of the newest generation.

    Each external system is put together once, however many links it has.
    """
    systems: dict[str, Json] = {}

    def whole(ctx: Context, record: Record) -> Record:
        row_id = record["ExternalSystemId"]
        if row_id not in systems:
            systems[row_id] = plain_system(ctx, _system_of(ctx, record))
        return {**_newest(ctx, record, ("Configuration",)), "ExternalSystem": systems[row_id]}

    return whole


def system(ctx: Context, record: Record) -> dict[str, Json]:
    """An external system, expanded as the call asks; its password is never shown.

    Source: https://help.catchsoftware.com/display/ET66/External+Systems
    """
    return _system(ctx, record, options.expansions(ctx, SYSTEM_EXPANSIONS))


def whole_system(ctx: Context, record: Record) -> dict[str, Json]:
    """An external system with every expansion, as ``$filter`` and ``$orderby`` see it."""
    return _system(ctx, record, SYSTEM_EXPANSIONS)


def plain_system(ctx: Context, record: Record) -> dict[str, Json]:
    """An external system with nothing expanded, as it stands inside another document."""
    return _system(ctx, record, ())


def field_values(record: Record) -> dict[str, Json]:
    """What an external system was configured with, without its password."""
    return {key: value for key, value in record["FieldValues"].items() if key != "Password"}


def _link(ctx: Context, record: Record, expanded: Sequence[str]) -> dict[str, Json]:
    """A link in the generation that is set, with what it has nothing for left out."""
    newest = _newest(ctx, record, expanded)
    gone = {*_NOT_YET[ctx.settings["linkRepresentation"]]}
    gone.update(name for name in PACKAGES if newest[name] is None)
    return {name: value for name, value in newest.items() if name not in gone}


def _newest(ctx: Context, record: Record, expanded: Sequence[str]) -> dict[str, Json]:
    """A link of the newest generation, members that do not concern it included."""
    owner = _system_of(ctx, record)
    project = ctx.table("project").get(record["ProjectId"]) or {}
    named = ctx.settings["displayNames"]
    document: dict[str, Json] = {
        "ExternalSystemId": record["ExternalSystemId"],
        "ProjectId": record["ProjectId"],
        "ProjectName": project.get("Name") if named else None,
        "Id": record["Id"],
        "Type": record["Type"],
        "TypeForDisplay": record["Type"] if named else None,
        "ExternalSystemName": owner["Name"],
        "ExternalSystemImplementationType": owner["Type"],
        "ExternalSystemConnectionType": owner["ConnectionType"],
    }
    document.update({name: record[name] for name in _STORED})
    _shrink(document, LINK_EXPANSIONS, expanded)
    if "Configuration" in expanded:
        ends = {"Source": record["Source"], "Destination": record["Destination"]}
        document["Configuration"] = _configuration(ends)
    if "ExternalSystem" in expanded:
        document["ExternalSystem"] = plain_system(ctx, owner)
    document["Self"] = f"{ctx.base}/api/externalsystemlink/{record['Id']}"
    document["Links"] = [{"Title": "Configuration Editor", "Href": f"{ctx.base}/api", "Rel": "Edit"}]
    return document


def _system(ctx: Context, record: Record, expanded: Sequence[str]) -> dict[str, Json]:
    kind = ctx.table("external_system_type").find(record["Type"]) or {}
    links = ctx.table("external_system_link").where(ExternalSystemId=record["Id"])
    complete = bool(record["ConnectionString"])
    document: dict[str, Json] = {
        "Id": record["Id"],
        "OrganisationId": record["OrganisationId"],
        "Name": record["Name"],
        "Type": record["Type"],
        "ConnectionType": record["ConnectionType"],
        "ConnectionString": record["ConnectionString"],
        "DisplayUrl": record["DisplayUrl"],
        "Enabled": record["Enabled"],
        "QualifiedName": f"{record['Name']} ({kind.get('Name', record['Type'])})",
        "TypeDescription": kind.get("Name"),
        "NumberOfLinks": len(links),
        "Categories": kind.get("Categories", []),
        "UserName": record["UserName"],
        "HasPassword": bool(record["Password"]),
        "ConfigurationComplete": complete,
        "ConfigurationProblems": [] if complete else ["You must specify a valid ConnectionString."],
        "Expands": list(SYSTEM_EXPANSIONS),
    }
    _shrink(document, SYSTEM_EXPANSIONS, expanded)
    if "Configuration" in expanded:
        document["Configuration"] = _configuration(field_values(record))
    if "ExternalSystemLinks" in expanded:
        document["ExternalSystemLinks"] = [_link(ctx, one, ()) for one in links]
    if "FieldValues" in expanded:
        document["FieldValues"] = field_values(record)
    if "Widgets" in expanded:
        document["Widgets"] = kind.get("Widgets", [])
    if "AdditionalConfigurationLinks" in expanded:
        document["AdditionalConfigurationLinks"] = []
    document["Self"] = f"{ctx.base}/api/externalsystem/{record['Id']}"
    return document


def _shrink(document: dict[str, Json], available: Sequence[str], expanded: Sequence[str]) -> None:
    """Leave in ``Expands`` what can still be expanded; without anything it goes."""
    document["Expands"] = [name for name in available if name not in expanded]
    if not document["Expands"]:
        del document["Expands"]


def _system_of(ctx: Context, link: Record) -> Record:
    """The external system of a link, which goes with it: it is always there."""
    found = ctx.table("external_system").get(link["ExternalSystemId"])
    if found is None:
        raise LookupError(f"link {link['Id']} is of no stored system")
    return found


def _configuration(content: Json) -> str:
    """A configuration as the text it is in the model; what the text says is not documented."""
    return dumps(content).decode()
