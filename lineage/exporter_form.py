"""The form of an exporter: fills the same map that the API takes, and shows what that refuses."""

from collections.abc import Mapping
from typing import Any

import yaml
from django import forms
from django.conf import settings
from django.http import QueryDict

from accounts.access import Access
from accounts.models import User
from accounts.permissions import Action, Resource
from catalog.reading.yaml_nodes import InvalidYaml
from catalog.reading.yaml_text import parse_yaml
from lineage.exporter_fields import CRON, MANUAL, OWN, ExporterFields
from lineage.exporting.actions import values_of
from lineage.exporting.addresses import DEFAULT_PATH
from lineage.exporting.files import NOT_ALLOWED
from lineage.models import Exporter

#: Field of the API → field of the form, where they differ.
FIELDS = {
    "batchSize": "batch_size",
    "apiKey": "api_key",
    "every": "schedule",
    "lookbackPeriod": "look_back",
    "serviceAccount": "service_account",
    "filters.assetNamespace": "asset_namespace",
    "filters.assetTypes": "asset_types",
    "filters.flowNamespace": "flow_namespace",
    "filters.flowId": "flow_id",
    "filters.taskId": "task_id",
    "filters.states": "states",
    "filters.since": "since",
}
ENDPOINT = ("url", "path", "api_key", "drop_key", "headers", "drop_headers")
SENDING = ("batch_size", "compression", "timeout")
FILTERS = ("flow_namespace", "flow_id", "task_id", "asset_namespace", "asset_types", "since")


class ExporterForm(ExporterFields):
    """Of one kind; `current` None for a new one."""

    def __init__(
        self,
        access: Access,
        kind: str,
        current: Exporter | None = None,
        data: QueryDict | None = None,
    ) -> None:
        super().__init__(data, initial=initial(current))
        self.current = current
        self.kind = kind
        self.fields["service_account"].choices = principals(access, current)  # type: ignore[attr-defined]
        for name in self.unused():
            del self.fields[name]
        if current:
            self._add_own_choice("schedule")

    def unused(self) -> list[str]:
        """What this kind, or a change, has no use for."""
        gone = ["file"] if self.kind == Exporter.Kind.OPENLINEAGE else [*ENDPOINT, *SENDING]
        if self.current:
            gone.append("name")
        if self.current and self.current.position is not None:
            gone.append("look_back")
        if self.kind == Exporter.Kind.OPENLINEAGE:
            held = self.current
            gone += [] if held and held.has_api_key else ["drop_key"]
            gone += [] if held and held.header_names else ["drop_headers"]
        return gone

    def _add_own_choice(self, name: str) -> None:
        """What the API has set may be none of those offered."""
        value = self.initial[name]
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        if value not in dict(field.choices):  # type: ignore[arg-type]
            field.choices = [(value, f"Every {value}"), *field.choices]  # type: ignore[misc]

    @property
    def problem(self) -> str:
        """Why this kind is not to be had at all."""
        is_file = self.kind == Exporter.Kind.FILE
        return NOT_ALLOWED if is_file and settings.EXPORT_DIR is None else ""

    def parts(self, *names: str) -> list[Any]:
        return [self[name] for name in names if name in self.fields]

    def endpoint(self) -> list[Any]:
        return self.parts("url", "path")

    def secrets(self) -> list[Any]:
        return self.parts("api_key", "headers")

    def sending(self) -> list[Any]:
        return self.parts("batch_size", "timeout")

    def filters(self) -> list[Any]:
        return self.parts(*FILTERS)

    def posted(self) -> dict[str, Any]:
        """What the API would be sent. Raises nothing: what is wrong is added as an error."""
        said = self.cleaned_data
        found: dict[str, Any] = {
            "description": said["description"],
            "enabled": said["enabled"],
            "every": None if said["schedule"] in (CRON, MANUAL) else said["schedule"],
            "cron": said["cron"] if said["schedule"] == CRON else None,
            "serviceAccount": said["service_account"] or None,
            "filters": filters_said(said),
            "mappings": self._mappings(said["mappings"]),
        }
        if said["schedule"] == CRON and not said["cron"]:
            self.add_error("cron", "Required for a schedule by cron.")
        if not self.current:
            found |= {"name": said["name"], "kind": self.kind}
        if "look_back" in said:
            found["lookbackPeriod"] = said["look_back"]
        if self.kind == Exporter.Kind.FILE:
            return found | {"file": said["file"]}
        return found | self._endpoint(said)

    def _endpoint(self, said: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {
            "url": said["url"],
            "path": said["path"] or None,
            "batchSize": said["batch_size"],
            "compression": "gzip" if said["compression"] else None,
            "timeout": said["timeout"],
        }
        if said["api_key"] or said.get("drop_key"):
            found["apiKey"] = said["api_key"] or None
        if said["headers"] or said.get("drop_headers"):
            found["headers"] = self._headers(said["headers"])
        return found

    def _headers(self, text: str) -> dict[str, str]:
        found = {}
        for line in filter(None, map(str.strip, text.splitlines())):
            name, colon, value = line.partition(":")
            if not colon:
                self.add_error("headers", "One a line, as X-Team: data.")
            found[name.strip()] = value.strip()
        return found

    def _mappings(self, text: str) -> Any:
        if not text.strip():
            return None
        try:
            return parse_yaml(text).plain()
        except InvalidYaml as exc:
            self.add_error("mappings", f"This is no YAML: {exc}")
            return None

    def add_problems(self, problems: list[dict[str, str]]) -> None:
        """What the exporter's own rules refuse, each beside its field."""
        for problem in problems:
            field = problem["field"]
            name = FIELDS.get(field, field.partition(".")[0])
            known = name in self.fields
            words = (
                problem["message"] if name == field or known else f"{field}: {problem['message']}"
            )
            if name == "mappings" and field != name:
                words = f"{field.removeprefix('mappings.')}: {problem['message']}"
            self.add_error(name if known else None, words)


def filters_said(said: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "flowNamespace": said["flow_namespace"],
        "flowId": said["flow_id"],
        "taskId": said["task_id"],
        "assetNamespace": said["asset_namespace"],
        "assetTypes": [one for t in said["asset_types"].split(",") if (one := t.strip())],
        "states": said["states"],
        "since": said["since"],
    }


def initial(current: Exporter | None) -> dict[str, Any]:
    """What the form shows first: of secrets nothing."""
    if current is None:
        return {
            "batch_size": 1,
            "timeout": 10,
            "schedule": "PT5M",
            "look_back": "P1D",
            "enabled": True,
            "file": "lineage-{date}.jsonl",
        }
    values = values_of(current)
    filters = values["filters"]
    named = {FIELDS.get(key, key): value for key, value in values.items()}
    return named | {
        "schedule": values["every"] or (CRON if values["cron"] else MANUAL),
        "compression": bool(values["compression"]),
        "path": "" if values["path"] == DEFAULT_PATH else values["path"],
        "mappings": as_yaml(values["mappings"]),
        "asset_types": ", ".join(filters.get("assetTypes", ())),
        **{
            FIELDS[f"filters.{key}"]: value
            for key, value in filters.items()
            if key != "assetTypes"
        },
    }


def as_yaml(mappings: Mapping[str, Mapping[str, str]]) -> str:
    return yaml.safe_dump(dict(mappings), sort_keys=False, allow_unicode=True) if mappings else ""


def principals(access: Access, current: Exporter | None) -> list[tuple[str, str]]:
    """The one who asks, and the service accounts that they may manage."""
    held = current.runs_as if current else None
    mine = f"{access.user.label} (you)"
    if held and held != access.user and not held.is_service_account:
        mine = f"{held.label}, or you once you change what is sent or where to"
    choices = [(OWN, mine)]
    if access.may(Resource.SERVICE_ACCOUNT, Action.UPDATE):
        accounts = User.objects.filter(service_account_of=access.tenant).order_by("name")[:200]
        choices += [(account.name, account.name) for account in accounts]
    elif held and held.is_service_account:
        choices.append((held.name, held.name))
    return choices
