"""The API described by itself: one OpenAPI 3.1 document, and a page to read it.

The document says nothing about anybody's data, so it is public; it is made once a process.
"""

from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.csp import CSP
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer

from accounts.conditional import conditional

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457 problem details. `errors` names each bad field.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "const": "about:blank"},
        "title": {"type": "string", "examples": ["Unprocessable Content"]},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {
                    "field": {"type": "string", "description": "Empty: the body as a whole."},
                    "message": {"type": "string"},
                    "line": {"type": "integer", "minimum": 1},
                    "column": {"type": "integer", "minimum": 1},
                },
            },
        },
    },
}
TEXT: dict[str, Any] = {"schema": {"type": "string"}}
SECONDS: dict[str, Any] = {"schema": {"type": "integer", "minimum": 1}}
#: When every operation, and when one with a body, answers with a problem.
ALWAYS = {
    "400": "The request cannot be read.",
    "401": "No token and no session, or one that is not valid any more.",
    "403": "No role allows this.",
    "404": "There is no such thing, or you may not see it.",
    "406": "This API answers with JSON only.",
    "429": "Too many requests by this account; Retry-After says when to come back.",
}
WITH_BODY = {
    "413": "The body is too large, as sent or after unpacking.",
    "415": "This content type or encoding is not taken.",
    "422": "The body can be read, but something in it is wrong.",
}


class BearerScheme(OpenApiAuthenticationExtension):
    """`Authorization: Bearer hw_…`"""

    target_class = "accounts.authentication.BearerAuthentication"
    name = "bearer"
    priority = 1

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "An API token: manage.py create_token prints one.",
        }


def add_problems(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """drf-spectacular's last step: every operation's errors, all in the one shape."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM
    said = ALWAYS | WITH_BODY
    components["responses"] = {f"Problem{code}": response(text) for code, text in said.items()}
    components["responses"]["Problem401"]["headers"] = {"WWW-Authenticate": TEXT}
    components["responses"]["Problem429"]["headers"] = {"Retry-After": SECONDS}
    for path in result["paths"].values():
        for operation in path.values():
            codes = said if "requestBody" in operation else ALWAYS
            for code in codes:
                reference = {"$ref": f"#/components/responses/Problem{code}"}
                operation["responses"].setdefault(code, reference)
            for code, answer in list(operation["responses"].items()):
                if code >= "400" and "$ref" not in answer:
                    problem = response(answer["description"])
                    problem["content"] |= answer.get("content", {})
                    operation["responses"][code] = problem
            operation["responses"] = dict(sorted(operation["responses"].items()))
    return result


def response(description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": description,
        "content": {"application/problem+json": {"schema": schema}},
    }


@cache
def document() -> Any:
    """The document as plain values; the same for everybody."""
    return SchemaGenerator().get_schema(request=None, public=True)


@cache
def document_json() -> bytes:
    return OpenApiJsonRenderer().render(document())


@cache
def document_yaml() -> bytes:
    return OpenApiYamlRenderer().render(document())


@login_not_required
@require_safe
def openapi_json(request: HttpRequest) -> HttpResponse:
    return public(request, document_json(), "application/json")


@login_not_required
@require_safe
def openapi_yaml(request: HttpRequest) -> HttpResponse:
    return public(request, document_yaml(), "application/yaml")


def public(request: HttpRequest, content: bytes, content_type: str) -> HttpResponse:
    """The same for everybody, and another after an upgrade."""
    answer = conditional(request, content, content_type)
    answer["Cache-Control"] = "public, no-cache"
    return answer


@login_not_required
@require_safe
@csp_override(settings.SECURE_CSP | {"img-src": [CSP.SELF, "data:"]})
def api_docs(request: HttpRequest) -> HttpResponse:
    """Swagger UI from the sidecar package; its style sheet carries its icons as data."""
    return render(request, "config/api_docs.html")
