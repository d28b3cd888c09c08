"""Every route, every method, every kind of person: who gets in stands in `access_table`."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from accounts.api import TenantAPIView
from tests.access_table import ACCESS, Row
from tests.conftest import PEOPLE, Cast, make_cast
from tests.routes import METHODS, ROUTES, Route
from tests.world import THINGS, add_by_hand, make_world

ROWS = [(name, case) for name, cases in ACCESS.items() for case in cases]


@pytest.fixture(scope="module")
def cast(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Cast]:
    """The world is made once for all rows: every request is rolled back on its own."""
    with django_db_blocker.unblock(), transaction.atomic():
        cast = make_cast()
        add_by_hand(make_world(cast))
        for person in cast.users:
            cast.token(person)
        yield cast
        transaction.set_rollback(True)


def test_every_route_has_a_row_and_every_row_a_route():
    assert set(ROUTES) - set(ACCESS) == set(), "write down in tests/access_table.py who may use it"
    assert set(ACCESS) - set(ROUTES) == set(), "these rows have no route any more"


@pytest.mark.parametrize(("name", "case"), ROWS, ids=[" ".join(row) for row in ROWS])
def test_access(db: None, cast: Cast, name: str, case: str):
    method, thing = case.split()
    got = tuple(status(cast, person, ROUTES[name], method, thing) for person in PEOPLE)
    assert table(got) == table(ACCESS[name][case])


@pytest.mark.parametrize("name", [name for name in ACCESS if not ROUTES[name].is_foreign])
def test_methods_without_a_row_are_refused(db: None, cast: Cast, name: str):
    """A page that does not change anything says so: `@require_safe`."""
    listed = {case.split()[0] for case in ACCESS[name]}
    thing = next(iter(ACCESS[name])).split()[1]
    route = ROUTES[name]
    got = {
        method: status(cast, "admin", route, method, thing)
        for method in METHODS
        if method not in listed
    }
    assert got == dict.fromkeys(got, 405)


def test_every_tenant_view_of_the_api_states_what_each_method_needs():
    for route in ROUTES.values():
        view = route.view_class
        if view and issubclass(view, TenantAPIView):
            methods = {method for method in METHODS if hasattr(view, method.lower())}
            assert set(view.needs) == methods, f"{route.name}: {view.__name__}.needs"


def test_tenant_routes_of_the_api_are_tenant_views():
    for route in ROUTES.values():
        if route.is_api and "tenant" in route.kwargs:
            assert issubclass(route.view_class or object, TenantAPIView), route.name


def status(cast: Cast, person: str, route: Route, method: str, thing: str) -> int:
    """What `person` gets; whatever the request changed is rolled back."""
    client = cast.api(person) if route.is_api else cast.browser(person)
    this = THINGS[thing]
    known = {"tenant": "main"} | this.kwargs
    missing = route.kwargs - set(known)
    assert not missing, f"tests/world.py: {thing!r} does not say what {missing} is in {route.path}"
    url = reverse(route.name, kwargs={key: known[key] for key in route.kwargs})
    with transaction.atomic():
        response = client.generic(method, url, this.body, this.content_type)
        transaction.set_rollback(True)
    return response.status_code


def table(row: Row) -> str:
    """Line by line, so that a failure names the person."""
    return "\n".join(f"{person}: {code}" for person, code in zip(PEOPLE, row, strict=True))
