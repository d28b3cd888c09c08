"""Every refusal of the API is one shape: RFC 9457."""

import pytest
from django.http import Http404
from django.test import Client
from django.urls import include, path
from rest_framework import serializers
from rest_framework.exceptions import Throttled
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import TenantAPIView
from accounts.permissions import Action, Resource
from accounts.problems import Problem, field_errors
from tests.conftest import Cast


class Line(serializers.Serializer):
    quantity = serializers.IntegerField(min_value=1)


class Order(serializers.Serializer):
    name = serializers.CharField()
    lines = Line(many=True)


class Orders(TenantAPIView):
    needs = {"GET": (Resource.ASSET, Action.LIST), "POST": (Resource.ASSET, Action.CREATE)}

    def get(self, request, tenant):
        raise {
            "missing": Http404("No such order."),
            "problem": Problem(
                422, "Cannot be.", errors=[{"field": "a.b", "message": "Wrong.", "line": 3}]
            ),
            "throttled": Throttled(wait=12.2),
        }[request.query_params["raise"]]

    def post(self, request, tenant):
        order = Order(data=request.data)
        order.is_valid(raise_exception=True)
        return Response(order.data)


class Forgotten(TenantAPIView):
    """Its author did not say what GET needs."""

    def get(self, request, tenant):
        return Response("secret")


class Broken(APIView):
    authentication_classes = ()
    permission_classes = ()

    def get(self, request):
        raise ZeroDivisionError


urlpatterns = [
    path("api/broken", Broken.as_view()),
    path("api/<slug:tenant>/orders", Orders.as_view()),
    path("api/<slug:tenant>/forgotten", Forgotten.as_view()),
    path("", include("config.urls")),
]
handler404, handler500 = "accounts.views.not_found", "accounts.views.server_error"
pytestmark = pytest.mark.urls(__name__)
URL = "/api/main/orders"


def problem(response, status: int) -> dict:
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["type"] == "about:blank"
    assert body["status"] == status
    assert body["title"] and body["detail"]
    return body


def test_broken_json_is_located(cast: Cast):
    answer = cast.api("editor").generic("POST", URL, '{\n  "name": oops}', "application/json")
    assert problem(answer, 400)["errors"] == [
        {"field": "", "message": "Expecting value", "line": 2, "column": 11}
    ]


def test_bad_fields_are_named(cast: Cast):
    order = {"lines": [{"quantity": 1}, {"quantity": 0}]}
    answer = cast.api("editor").post(URL, order, "json")
    assert [error["field"] for error in problem(answer, 400)["errors"]] == [
        "name",
        "lines[1].quantity",
    ]


def test_a_problem_keeps_its_errors(cast: Cast):
    answer = cast.api("editor").get(URL, {"raise": "problem"})
    assert problem(answer, 422)["errors"] == [{"field": "a.b", "message": "Wrong.", "line": 3}]


def test_without_a_token_401_asks_for_one(cast: Cast):
    answer = cast.api("anonymous").get(URL)
    problem(answer, 401)
    assert answer["WWW-Authenticate"] == "Bearer"


def test_without_the_role_403_names_what_it_takes(cast: Cast):
    assert "ASSET:LIST" in problem(cast.api("ingest").get(URL), 403)["detail"]


def test_another_tenant_is_404_whether_it_exists_or_not(cast: Cast):
    editor = cast.api("editor")
    theirs, nobodys = editor.get("/api/other/orders"), editor.get("/api/nobodys/orders")
    assert problem(theirs, 404) == problem(nobodys, 404)


def test_a_missing_thing_is_404(cast: Cast):
    answer = cast.api("editor").get(URL, {"raise": "missing"})
    assert problem(answer, 404)["detail"] == "No such order."


def test_another_method_is_405_and_lists_those_there_are(cast: Cast):
    answer = cast.api("editor").delete(URL)
    problem(answer, 405)
    assert answer["Allow"] == "GET, POST, HEAD, OPTIONS"


def test_another_content_type_is_415(cast: Cast):
    problem(cast.api("editor").generic("POST", URL, "a,b", "text/csv"), 415)


def test_a_throttled_client_learns_when_to_return(cast: Cast):
    answer = cast.api("editor").get(URL, {"raise": "throttled"})
    problem(answer, 429)
    assert answer["Retry-After"] == "13"


def test_a_method_whose_need_is_not_stated_is_refused(cast: Cast):
    problem(cast.api("admin").get("/api/main/forgotten"), 403)


def test_a_session_without_csrf_token_is_403(cast: Cast):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.users["editor"])
    assert "CSRF" in problem(client.post(URL, {}, "application/json"), 403)["detail"]


def test_unknown_paths_and_failures_are_problems(cast: Cast):
    client = Client(raise_request_exception=False)
    problem(client.get("/api/v1/nowhere"), 404)
    problem(client.post("/api/v1/main/nothing/here", {}), 404)
    problem(client.get("/api/broken"), 500)


def test_field_errors_flatten_what_drf_nests():
    nested = {"a": ["x", "y"], "b": {"c": ["z"]}, "d": [{}, {"e": ["w"]}]}
    assert [(error["field"], error["message"]) for error in field_errors(nested)] == [
        ("a", "x"),
        ("a", "y"),
        ("b.c", "z"),
        ("d[1].e", "w"),
    ]
