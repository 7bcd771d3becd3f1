"""How a world behaves: forced replies, settings, authentication, validation."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mockserver.engine.render import exemplified, written
from mockserver.spec.model import Service
from mockserver.spec.schemas import DIALECT
from mockserver.values import Call, Json, Reply
from mockserver.world.core import AUTH_MODES, VALIDATION_MODES, Core
from mockserver.world.errors import CommandError, NotThere, among, near
from mockserver.world.shown import shown_override

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


class Steering(Core):
    """The commands that change how requests are answered."""

    def force(
        self,
        operation: str,
        example: str | None = None,
        *,
        status: int | None = None,
        body: Json = None,
        headers: Mapping[str, str] | None = None,
        times: int | None = 1,
        service: str | None = None,
    ) -> Json:
        """Answer the next ``times`` calls of ``operation`` with a documented example or a given reply.

        ``times`` null: until reset. Forced replies count neither as coverage nor as proof.
        """
        with self._lock:
            found = self._operation(operation, service)
            if (example is None) == (status is None):
                raise CommandError("give either 'example' or 'status'")
            if times is not None and times < 1:
                raise CommandError("'times' must be at least 1, or null for ever")
            if status is not None and not 200 <= status <= 599:
                raise CommandError(f"'status' must be from 200 to 599, not {status}")
            _sendable(headers or {})
            site = self._site(self.shared.services[found.service])
            if example is not None:
                if example not in found.examples:
                    known = ", ".join(found.examples) or "none"
                    meant = near(example, found.examples)
                    raise NotThere(f"{found.id} has no example {example!r}{meant} (it has: {known})")
                call = Call(found.method, found.path, root="")
                base = site.service.mount
                reply = exemplified(site, call, found.examples[example], base, base + _prefix(site.service))
            else:
                shown = {"Content-Type": "application/json", **(headers or {})}
                reply = Reply(int(status or 200), shown, written(body, shown))
            armed = self._overrides.arm(found.service, found.id, reply, example=example or "", times=times)
            return shown_override(armed)

    def forced(self) -> Json:
        """The overrides armed since the last reset, with how often each was used."""
        return {"overrides": [shown_override(one) for one in self._overrides.all()]}

    def unforce(self) -> Json:
        """Disarm every override."""
        with self._lock:
            gone = len(self._overrides.all())
            self._overrides.clear()
            return {"disarmed": gone}

    def settings(self, service: str | None = None) -> Json:
        """The settings of one service, or of all by service, with what each is about."""
        if service is None:
            return {name: self.settings(name) for name in self.shared.services}
        declared = self._service(service).settings
        values = self._settings[service]
        return {
            name: {
                "value": values[name],
                "default": one.default,
                "about": one.about,
                "source": one.source,
                **one.schema,
            }
            for name, one in declared.items()
        }

    def set_settings(self, service: str, values: Mapping[str, Json]) -> Json:
        """Change settings of one service; all or none. The values now in force come back."""
        with self._lock:
            declared = self._service(service).settings
            errors = []
            for name, value in values.items():
                if name not in declared:
                    errors.append(f"{service} has no setting {name!r}{near(name, declared)}")
                elif wrong := unfit(declared[name].schema, value):
                    errors.append(f"{service}.{name}: {wrong}")
            if errors:
                raise CommandError(*errors)
            self._settings[service] = {**self._settings[service], **values}
            return dict(self._settings[service])

    def set_auth(self, mode: str) -> Json:
        """Choose who is let in: any | strict | off."""
        self.auth_mode = among(mode, AUTH_MODES, "mode")
        return {"auth": mode}

    def set_validation(self, mode: str) -> Json:
        """Choose what a broken request schema leads to: strict | warn | off."""
        self.validation_mode = among(mode, VALIDATION_MODES, "mode")
        return {"validation": mode}


def _prefix(service: Service) -> str:
    return next(iter(service.same_as), "")


def unfit(schema: Mapping[str, Json], value: Json) -> str:
    """Why a value is not as the schema of a setting has it; empty if it is."""
    from jsonschema import Draft202012Validator

    errors = Draft202012Validator({"$schema": DIALECT, **schema}).iter_errors(value)
    return "; ".join(error.message for error in errors)


def _sendable(headers: Mapping[str, str]) -> None:
    """Refuse headers that would end a line or the message. Raises CommandError."""
    for name, value in headers.items():
        if not _TOKEN.fullmatch(name):
            raise CommandError(f"'headers': {name!r} is no name of a header")
        if not isinstance(value, str) or not value.isprintable():
            raise CommandError(f"'headers': {name} must be printable text, not {value!r}")
        if name.lower() in ("content-length", "transfer-encoding"):
            raise CommandError(f"'headers': {name} is written by the server")
