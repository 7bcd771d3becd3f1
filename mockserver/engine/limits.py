"""The numbers of a service's rate limits, as its setting ``rateLimits`` declares and changes them."""

from __future__ import annotations

from collections.abc import Mapping

from mockserver.spec.model import Setting
from mockserver.values import Json

SETTING = "rateLimits"


def documented(declared: Setting, name: str) -> Json:
    """A number as it is where nobody says otherwise."""
    return declared.schema["properties"][name]["default"]


def in_force(declared: Setting, value: Json) -> dict[str, Json] | None:
    """The numbers that ``value`` (the setting's) puts in force; None where nothing is limited.

    What it names in a mapping goes over the documented numbers, and those of them that are ``under`` such
    a name are out of force: who limits GET limits every GET.
    """
    if value is False:
        return None
    found = {name: documented(declared, name) for name in declared.schema["properties"]}
    for name, own in value.items() if isinstance(value, Mapping) else ():
        if isinstance(own, Mapping):
            kept = {key: one for key, one in found[name].items() if _under(one) not in own}
            found[name] = {**kept, **own}
        else:
            found[name] = own
    return found


def _under(number: Json) -> Json:
    return number.get("under") if isinstance(number, Mapping) else None
