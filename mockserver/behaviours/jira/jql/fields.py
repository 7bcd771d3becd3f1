"""The fields that a query may name, bound to the records of a site."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from mockserver.behaviours.jira.jql import measures, relatives, things
from mockserver.behaviours.jira.jql.field import Atom, Choice, Field, Meant
from mockserver.behaviours.jira.jql.records import Records
from mockserver.values import Json, Record

ALIASES: Mapping[str, str] = {
    "type": "issuetype",
    "issue": "key",
    "issuekey": "key",
    "id": "key",
    "createddate": "created",
    "updateddate": "updated",
    "resolutiondate": "resolved",
    "duedate": "due",
    "epic link": "parent",
    "parent link": "parent",
    "timeoriginalestimate": "originalestimate",
    "timeestimate": "remainingestimate",
    "securitylevel": "level",
    "voters": "voter",
}
# What a query may write behind the name of a custom field, ``"Story points[Number]"``, by the field's type.
LABELS: Mapping[str, str] = {
    "float": "Number",
    "textfield": "Short text",
    "textarea": "Paragraph",
    "datepicker": "Date",
    "datetime": "Time stamp",
    "select": "Dropdown",
    "multiselect": "Select List (multiple choices)",
    "multicheckboxes": "Checkboxes",
    "radiobuttons": "Radio Buttons",
    "cascadingselect": "Select List (cascading)",
    "labels": "Labels",
    "userpicker": "User Picker (single user)",
    "multiuserpicker": "User Picker (multiple users)",
    "url": "URL Field",
}
_LABELLED = re.compile(r"(.+)\[([^\[\]]+)\]", re.S)


class Fields:
    """All fields of one site, each built when first asked for."""

    def __init__(self, records: Records) -> None:
        """The fields as the caller of ``records`` may search them."""
        self._records = records
        self._made: dict[str, Field | None] = {}
        self._makers: Mapping[str, Callable[[], Field]] = {
            **things.fields(records),
            **relatives.fields(records),
            **measures.fields(records),
        }

    def named(self, name: str, custom_id: str | None = None) -> Field | None:
        """The field of this name, id, alias or ``cf[…]`` number, in any case; None if there is none."""
        key = name.casefold() if custom_id is None else f"customfield_{custom_id}"
        if key not in self._made:
            self._made[key] = self._build(key)
        return self._made[key]

    def all(self) -> Iterator[tuple[Field, Record | None]]:
        """Every field, under its own name; with the record of a custom field."""
        for name in sorted(self._makers):
            field = self.named(name)
            if field is not None:
                yield field, None
        for declared in self._records.table("field"):
            field = self._custom(declared) if is_custom(declared) else None
            if field is not None:
                yield field, declared

    def _build(self, key: str) -> Field | None:
        maker = self._makers.get(ALIASES.get(key, key))
        if maker is not None:
            return maker()
        for declared in self._records.table("field"):
            if is_custom(declared) and key in (declared["id"], declared["name"].casefold()):
                return self._custom(declared)
        labelled = _LABELLED.fullmatch(key)
        return None if labelled is None else self._collapsed(labelled[1], labelled[2])

    def _collapsed(self, name: str, label: str) -> Field | None:
        """All custom fields of one name and type as one field; None if there is none such."""
        fields = [
            field
            for declared in self._records.table("field")
            if is_custom(declared)
            and declared["name"].casefold() == name.strip()
            and label_of(declared).casefold() == label.strip()
            and (field := self._custom(declared)) is not None
        ]
        if len(fields) < 2:
            return fields[0] if fields else None
        return replace(
            fields[0],
            held=lambda issue: [atom for one in fields for atom in one.held(issue)],
            meant=lambda text: [atom for one in fields for atom in one.meant(text) or ()] or None,
            texts=lambda issue: [text for one in fields if one.texts for text in one.texts(issue)],
        )

    def _custom(self, declared: Record) -> Field | None:
        """A field of the site's own, by the type its schema names; None for one that cannot be searched."""
        records = self._records
        name, schema = declared["id"], declared.get("schema") or {}
        kind, items = schema.get("type"), schema.get("items")
        custom = str(schema.get("custom", "")).rpartition(":")[2]
        one, many = _one(name), _many(name)
        if custom == "gh-sprint":
            return things.sprint(records)
        if custom == "gh-lexo-rank":
            return Field("Rank", one, _meaningless, (), lasting=name)
        if custom == "gh-epic-link":
            return relatives.parent(records, declared["name"])
        if kind == "number":
            return measures.number(name, lambda issue: [float(found) for found in one(issue)])
        if kind in ("date", "datetime"):
            return measures.stamp(records, name)
        if kind == "user":
            return Field(
                name, one, records.people, kind="person", order=records.display_name, choices=records.users
            )
        if kind == "string":
            return measures.text(name, lambda issue: [measures.spoken(found) for found in one(issue)])
        options, choices = self._option(name), self._choices(name)
        if kind == "option":
            return Field(name, one, options, order=records.by_place("field_option"), choices=choices)
        if kind == "option-with-child":
            return Field(name, _cascade(name), options, kind="cascade", sortable=False, choices=choices)
        if kind == "array" and items == "option":
            return Field(name, many, options, choices=choices)
        if kind == "array" and items == "user":
            return Field(name, many, records.people, kind="person", choices=records.users)
        if kind == "array" and items == "string":
            return Field(name, many, lambda text: [text])
        if kind == "project":
            return Field(name, one, lambda text: things.named_projects(records, text) or None)
        if "version" in (kind, items):
            return Field(name, many if items else one, records.meant("version"), sortable=False)
        if "group" in (kind, items):
            return Field(name, many if items else one, self._group, sortable=False)
        return None

    def _group(self, text: str) -> Sequence[Atom] | None:
        found = self._records.table("group").find(text)
        return None if found is None else [found["groupId"]]

    def _option(self, field: str) -> Meant:
        def meant(text: str) -> Sequence[Atom] | None:
            folded = text.casefold()
            return [
                one["id"]
                for one in self._options(field)
                if text == str(one["id"]) or folded == str(one["value"]).casefold()
            ] or None

        return meant

    def _choices(self, field: str) -> Callable[[], Sequence[Choice]]:
        return lambda: [Choice(str(one["value"]), str(one["value"])) for one in self._options(field)]

    def _options(self, field: str) -> Sequence[Record]:
        known = self._records.has("field_option")
        return self._records.table("field_option").where(field=field) if known else ()


def is_custom(declared: Record) -> bool:
    """Whether a record of the catalogue is a field of the site's own."""
    return str(declared["id"]).startswith("customfield_")


def label_of(declared: Record) -> str:
    """What a query may write in brackets behind the name of a custom field; empty for no such field."""
    schema = declared.get("schema") or {}
    return LABELS.get(str(schema.get("custom", "")).rpartition(":")[2], "")


def _one(member: str) -> Callable[[Record], Sequence[Atom]]:
    def held(issue: Record) -> Sequence[Atom]:
        found: Json = _key_of(issue["fields"].get(member))
        return () if found is None or found == "" else (found,)

    return held


def _many(member: str) -> Callable[[Record], Sequence[Atom]]:
    return lambda issue: [_key_of(one) for one in issue["fields"].get(member) or ()]


def _cascade(member: str) -> Callable[[Record], Sequence[Atom]]:
    """The option chosen and the one below it; where there is none below, that is an atom too."""

    def held(issue: Record) -> Sequence[Atom]:
        found: Sequence[Atom] = issue["fields"].get(member) or ()
        return (*found, f"{found[0]}/none") if len(found) == 1 else found

    return held


def _key_of(value: Json) -> Json:
    """What is stored, or its id where a whole thing is stored; a document stays one."""
    if isinstance(value, dict) and value.get("type") != "doc":
        return value.get("id", value.get("accountId", value.get("value")))
    return value


def _meaningless(text: str) -> None:
    return None
