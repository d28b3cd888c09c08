"""Reading namespaces in Kestra's shape."""

from typing import Any

from django.db.models import Q
from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import TenantAPIView
from accounts.bodies import read_body
from accounts.permissions import Action, Resource
from accounts.problems import Problem
from catalog.api.documents import NAMESPACE_GET, NAMESPACE_SEARCH, NAMESPACE_VARIABLES
from catalog.api.params import MAX_PAGE, MAX_SIZE, filters, sorts, whole
from catalog.filter_queries import Meaning, column, condition_q
from catalog.filters import TEXTUAL, Condition, FieldSpec, Op
from catalog.models import Namespace
from catalog.namespace_variables import InvalidVariables, set_variables
from catalog.reading.json_text import InvalidJson, parse_json

_NAME = FieldSpec((*TEXTUAL, Op.PREFIX))
FIELDS = {"q": FieldSpec((Op.EQUALS, Op.CONTAINS)), "id": _NAME, "namespace": _NAME}


def _named(condition: Condition) -> Q:
    if condition.op is Op.PREFIX:
        return Q(prefixes__contains=[condition.value])
    return column("name")(condition)


def _like(condition: Condition) -> Q:
    return Q(name__icontains=condition.value) | Q(description__icontains=condition.value)


MEANINGS: dict[str, Meaning] = {"q": _like, "id": _named, "namespace": _named}


@NAMESPACE_SEARCH
class NamespaceSearch(TenantAPIView):
    """Namespaces by name; only those that the caller may list."""

    needs = {"GET": (Resource.NAMESPACE, Action.LIST)}

    def get(self, request: Request, tenant: str) -> Response:
        found = Namespace.objects.listed_to(self.access)
        found = found.filter(condition_q(filters(request, FIELDS), MEANINGS))
        if text := request.query_params.get("q", "").replace("\0", ""):
            found = found.filter(_like(Condition("q", Op.CONTAINS, text)))
        size = whole(request, "size", 10, MAX_SIZE)
        first = (whole(request, "page", 1, MAX_PAGE) - 1) * size
        down = any(descending for _, descending in sorts(request, {"id": "name"})[:1])
        rows = found.order_by("-name" if down else "name")[first : first + size]
        results = [namespace_json(namespace) for namespace in rows]
        return Response({"results": results, "total": found.count()})


@NAMESPACE_GET
class NamespaceItem(TenantAPIView):
    needs = {"GET": (Resource.NAMESPACE, Action.VIEW)}

    def get(self, request: Request, tenant: str, name: str) -> Response:
        found = Namespace.objects.visible_to(self.access).filter(name=name).first()
        if found is None:
            raise Http404(f"No namespace “{name}”.")
        return Response(namespace_json(found))


@NAMESPACE_VARIABLES
class NamespaceVariables(TenantAPIView):
    """What expressions see as `namespace.*` and `kv()`: this namespace's own, without parents'."""

    needs = {
        "GET": (Resource.NAMESPACE, Action.VIEW),
        "PUT": (Resource.NAMESPACE, Action.UPDATE),
    }

    def get(self, request: Request, tenant: str, name: str) -> Response:
        found = Namespace.objects.visible_to(self.access).filter(name=name).first()
        if found is None:
            raise Http404(f"No namespace “{name}”.")
        return Response(found.variables)

    def put(self, request: Request, tenant: str, name: str) -> Response:
        _, text = read_body(request, ("application/json",))
        try:
            variables = parse_json(text)
            if not isinstance(variables, dict):
                raise Problem(422, "The variables are a JSON object.")
            set_variables(self.access, name, variables)
        except InvalidJson as error:
            raise Problem(400, f"The body {error}") from error
        except InvalidVariables as error:
            raise Problem(422, str(error)) from error
        except PermissionError as error:
            raise Problem(403, str(error)) from error
        return Response(variables)


def namespace_json(namespace: Namespace) -> dict[str, Any]:
    return {
        "id": namespace.name,
        "description": namespace.description,
        "created": namespace.created_at,
        "deleted": False,
    }
