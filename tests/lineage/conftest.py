"""What tests of clients share."""

from collections.abc import Iterator

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests.browser.site import database_beside, served
from tests.conftest import make_cast
from tests.lineage.sites import Site


@pytest.fixture(scope="module")
def site(django_db_modify_db_settings: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Site]:
    with django_db_blocker.unblock(), database_beside() as database, served(database) as origin:
        cast = make_cast()
        yield Site(origin, {person: cast.token(person) for person in ("editor", "ingest")})
