"""Admin pages of naming rules: in their order, tried on a name, and the forms that change them."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.toasts import Undo, done
from accounts.web import PageRequest, page, tenant_page
from catalog.models import NamingRule
from lineage.api.naming_rules import LONGEST
from lineage.naming_form import NamingRuleForm
from lineage.naming_rules import (
    delete_rule,
    find_rule,
    list_rules,
    may_change_rules,
    may_see_rules,
    move_rule,
    try_name,
)

FORM = require_http_methods(["GET", "HEAD", "POST"])
LIST = "lineage:naming_rule_list"


def require(request: PageRequest, *, to_change: bool) -> None:
    allowed = may_change_rules if to_change else may_see_rules
    if not allowed(request.access):
        action = "UPDATE" if to_change else "VIEW"
        raise PermissionDenied(f"This needs TENANT_SETTINGS:{action} in the whole tenant.")


@require_safe
@tenant_page
def naming_rule_list(request: PageRequest) -> HttpResponse:
    """`?namespace=&name=`: what the rules make of it."""
    require(request, to_change=False)
    rules = list_rules(request.access)
    context: dict[str, Any] = {
        "kinds": [
            (kind, title, tells, [rule for rule in rules if rule.kind == kind])
            for kind, title, tells in KINDS
        ],
        "may_change": may_change_rules(request.access),
        "namespace": (namespace := request.GET.get("namespace", "").strip()[:LONGEST]),
        "name": (name := request.GET.get("name", "").strip()[:LONGEST]),
    }
    if namespace:
        context["tried"] = try_name(request.access, namespace, name)
    return page(request, "lineage/naming_rule_list.html", context, "tried")


KINDS = (
    (NamingRule.Kind.DATASET, "Datasets", "What assets are called, and where they belong."),
    (NamingRule.Kind.JOB, "Jobs", "Which namespace the flows of jobs are in."),
)


@FORM
@tenant_page
def naming_rule_new(request: PageRequest) -> HttpResponse:
    """`?kind=`: dataset or job. What the address says is filled in."""
    require(request, to_change=True)
    said = request.POST or request.GET
    kind = said.get("kind", "")
    if kind not in NamingRule.Kind.values:
        kind = NamingRule.Kind.DATASET
    form = NamingRuleForm(kind, data=posted(request))
    if request.method == "POST" and (rule := form.save(request.access)):
        done(request, f"The rule for “{rule.pattern}” is there.")
        return redirect(LIST, request.access.tenant.slug)
    form.initial = {name: request.GET[name] for name in form.fields if name in request.GET}
    return form_page(request, form)


@FORM
@tenant_page
def naming_rule_edit(request: PageRequest, rule_id: str) -> HttpResponse:
    rule = wanted(request, rule_id)
    form = NamingRuleForm(rule.kind, rule, posted(request))
    if request.method == "POST" and form.save(request.access):
        done(request, "Saved. What is recorded from now on goes by it.")
        return redirect(LIST, request.access.tenant.slug)
    return form_page(request, form)


def posted(request: PageRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def form_page(request: PageRequest, form: NamingRuleForm) -> HttpResponse:
    context = {"form": form, "kinds": NamingRule.Kind.choices}
    name = "naming_rule_edit" if form.current else "naming_rule_new"
    response = page(request, f"lineage/{name}.html", context)
    response.status_code = 422 if form.errors else 200
    return response


@require_POST
@tenant_page
def naming_rule_place(request: PageRequest, rule_id: str) -> HttpResponse:
    """`to`: up or down."""
    rule = wanted(request, rule_id)
    step = {"up": -1, "down": 1}.get(request.POST.get("to", ""), 0)
    if step:
        move_rule(request.access, rule, rule.position + step)
    return redirect(LIST, request.access.tenant.slug)


@require_POST
@tenant_page
def naming_rule_delete(request: PageRequest, rule_id: str) -> HttpResponse:
    rule = wanted(request, rule_id)
    delete_rule(request.access, rule)
    again = {name: getattr(rule, name) for name in ("pattern", "id_template", "namespace")}
    undo = reverse("lineage:naming_rule_new", args=[request.access.tenant.slug])
    done(request, "The rule is gone.", Undo(undo, again | {"kind": rule.kind}))
    return redirect(LIST, request.access.tenant.slug)


def wanted(request: PageRequest, rule_id: str) -> NamingRule:
    require(request, to_change=True)
    rule = find_rule(request.access, rule_id)
    if rule is None:
        raise Http404
    return rule
