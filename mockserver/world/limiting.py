"""How many calls a world takes: the rate limits of its services, and what is counted against them."""

from __future__ import annotations

from collections.abc import Mapping

from mockserver.engine.limits import SETTING, in_force
from mockserver.spec.model import Service, Setting
from mockserver.values import Json
from mockserver.world.errors import CommandError, near
from mockserver.world.steering import Steering


class Limiting(Steering):
    """The commands about rate limits."""

    def limits(self, service: str | None = None) -> Json:
        """The rate limits of one service, or of all that have some by service, and what is used of them."""
        with self._lock:
            if service is None:
                found = [one for one in self.shared.services.values() if SETTING in one.settings]
                return {one.name: self.limits(one.name) for one in found}
            found_service = self._service(service)
            declared = _declared(found_service)
            value = self._settings[service][SETTING]
            return {
                "on": value is not False,
                "limits": in_force(declared, value or True),
                "counted": [
                    {
                        "limit": name[1],
                        "of": " ".join(name[2:]),
                        "most": reading.most,
                        "left": reading.left,
                        "more": reading.more.isoformat(),
                    }
                    for name, reading in self.meters.readings(self.clock.now())
                    if name[0] == service
                ],
            }

    def set_limits(self, service: str, limits: bool | Mapping[str, Json] = True) -> Json:
        """Count calls from now on and refuse those that are too many.

        limits: true, by the documented numbers; an object, by its numbers and else the documented ones;
        false, none. Raises CommandError where the service documents no limits, or for an unknown number.
        """
        with self._lock:
            found = self._service(service)
            declared = _declared(found)
            wrong = _strange(found, declared, limits)
            if wrong:
                raise CommandError(*wrong)
            self.set_settings(service, {SETTING: limits})
            self.meters.clear(service)
            return self.limits(service)


def _declared(service: Service) -> Setting:
    if SETTING not in service.settings:
        raise CommandError(f"{service.title} documents no rate limits: there is nothing to set")
    return service.settings[SETTING]


def _strange(service: Service, declared: Setting, limits: Json) -> list[str]:
    """What is said of numbers that nobody knows, or of operations that the service does not have."""
    found = []
    known = declared.schema["properties"]
    for name, value in limits.items() if isinstance(limits, Mapping) else ():
        if name not in known:
            found.append(f"{service.name} has no limit {name!r}{near(name, known)}")
        elif known[name].get("x-names") == "operations" and isinstance(value, Mapping):
            methods = {one.method for one in service.operations.values()}
            names = methods.union(service.operations)
            found += [
                f"{service.name} has no operation {one!r}{near(one, names)}"
                for one in value
                if one not in names
            ]
    return found
