"""How a world behaves: settings, authentication, validation."""

from __future__ import annotations

from collections.abc import Mapping

from mockserver.spec.schemas import DIALECT
from mockserver.values import Json
from mockserver.world.core import AUTH_MODES, VALIDATION_MODES, Core
from mockserver.world.errors import CommandError, among, near


class Steering(Core):
    """The commands that change how requests are answered."""

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


def unfit(schema: Mapping[str, Json], value: Json) -> str:
    """Why a value is not as the schema of a setting has it; empty if it is."""
    from jsonschema import Draft202012Validator

    errors = Draft202012Validator({"$schema": DIALECT, **schema}).iter_errors(value)
    return "; ".join(error.message for error in errors)
