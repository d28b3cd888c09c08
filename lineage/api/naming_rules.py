"""Naming rules through the API: listed, made, changed, put in order, removed and tried."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import Access
from accounts.api import TenantAPIView
from accounts.bodies import read_body
from accounts.permissions import Action, Resource
from accounts.problems import Problem
from catalog.api.batches import read_json
from catalog.models import NamingRule
from catalog.reading.rules import validate_text
from lineage.api.naming_documents import (
    RULE,
    RULE_CREATE,
    RULE_LIST,
    RULE_TRY,
)
from lineage.naming_bodies import InvalidRule, read_rule
from lineage.naming_rules import (
    Tried,
    change_rule,
    create_rule,
    delete_rule,
    find_rule,
    list_rules,
    may_see_rules,
    rule_json,
    try_name,
)

#: As long as a dataset's name may be before it is cut.
LONGEST = 10_000


class NamingRules(TenantAPIView):
    """The rules in the order in which they are tried, and one more."""

    needs = {
        "GET": (Resource.TENANT_SETTINGS, Action.VIEW),
        "POST": (Resource.TENANT_SETTINGS, Action.UPDATE),
    }

    @RULE_LIST
    def get(self, request: Request, tenant: str) -> Response:
        require_look(self.access)
        return Response({"results": [rule_json(rule) for rule in list_rules(self.access)]})

    @RULE_CREATE
    def post(self, request: Request, tenant: str) -> Response:
        with rule_problems():
            return Response(rule_json(create_rule(self.access, read_rule(posted(request)))))


@RULE
class NamingRuleItem(TenantAPIView):
    """One rule."""

    needs = {
        "GET": (Resource.TENANT_SETTINGS, Action.VIEW),
        "PUT": (Resource.TENANT_SETTINGS, Action.UPDATE),
        "DELETE": (Resource.TENANT_SETTINGS, Action.UPDATE),
    }

    def get(self, request: Request, tenant: str, rule_id: str) -> Response:
        return Response(rule_json(wanted(self.access, rule_id)))

    def put(self, request: Request, tenant: str, rule_id: str) -> Response:
        rule = wanted(self.access, rule_id)
        with rule_problems():
            return Response(rule_json(change_rule(self.access, rule, read_rule(posted(request)))))

    def delete(self, request: Request, tenant: str, rule_id: str) -> Response:
        rule = wanted(self.access, rule_id)
        with rule_problems():
            delete_rule(self.access, rule)
        return Response()


class NamingRulesTry(TenantAPIView):
    """What the rules make of a name."""

    needs = {"POST": (Resource.TENANT_SETTINGS, Action.VIEW)}

    @RULE_TRY
    def post(self, request: Request, tenant: str) -> Response:
        require_look(self.access)
        value = posted(request)
        if not isinstance(value, dict):
            raise Problem(422, "Send {“namespace”: …, “name”: …}.")
        said = {name: value.get(name, "") for name in ("namespace", "name")}
        errors = [
            {"field": name, "message": message}
            for name, text in said.items()
            if (message := text_problem(text, needed=name == "namespace"))
        ]
        if errors:
            raise Problem(422, "The name has invalid fields.", errors=errors)
        return Response(tried_json(try_name(self.access, **said)))


def text_problem(text: Any, *, needed: bool) -> str:
    if not isinstance(text, str):
        return "This is a text."
    if needed and not text.strip():
        return "Say an OpenLineage namespace."
    if len(text) > LONGEST:
        return f"At most {LONGEST} characters."
    problem = validate_text(text)
    return f"It {problem}." if problem else ""


def tried_json(tried: Tried) -> dict[str, Any]:
    named, job_rule = tried.named, tried.job_rule
    return {
        "dataset": {
            "id": named.id,
            "defaultId": named.default_id,
            "displayName": named.display_name,
            "namespace": named.namespace,
            "rule": rule_json(named.rule) if named.rule else None,
            "asset": tried.asset or None,
            "defaultAsset": tried.default_asset or None,
            "willMerge": tried.will_merge,
        },
        "job": {
            "namespace": tried.job_namespace,
            "rule": rule_json(job_rule) if job_rule else None,
        },
    }


def require_look(access: Access) -> None:
    if not may_see_rules(access):
        raise Problem(403, "This needs TENANT_SETTINGS:VIEW in the whole tenant.")


def wanted(access: Access, rule_id: str) -> NamingRule:
    require_look(access)
    rule = find_rule(access, rule_id)
    if rule is None:
        raise Http404(f"No naming rule “{rule_id}”.")
    return rule


def posted(request: Request) -> Any:
    return read_json(read_body(request, ("application/json",))[1])


@contextmanager
def rule_problems() -> Iterator[None]:
    try:
        yield
    except InvalidRule as exc:
        raise Problem(422, str(exc), errors=exc.errors) from exc
    except PermissionError as exc:
        raise Problem(403, str(exc)) from exc
