"""Every page in both themes at three widths: nothing sticks out, nobody is kept out."""

import pytest

from tests.browser.looks import flaws
from tests.browser.port_story import CALLS, root_id

#: path → who looks at it
PAGES = {
    "/accounts/login/": "anonymous",
    "/accounts/password/reset/": "anonymous",
    "/accounts/password/change/": "editor",
    "/accounts/logout/": "editor",
    "/main/": "editor",
    "/main/catalog": "editor",
    "/main/catalog?q=type:Table+nothing-is-called-so": "editor",
    "/main/assets/orders": "editor",
    "/main/catalog/imports": "editor",
    "/main/assets/-/new?id=crm.contacts": "editor",
    "/main/assets/orders/-/edit": "editor",
    "/main/assets/orders/-/edges": "editor",
    "/main/assets/orders/-/executions": "editor",
    "/main/assets/orders/-/history": "editor",
    "/main/assets/orders/-/lineage": "editor",
    "/main/lineage": "editor",
    "/main/lineage?asset=orders": "viewer",
    "/main/lineage?asset=orders&list=1": "viewer",
    "/main/lineage?q=nothing-is-called-so": "editor",
    f"/main/lineage?asset={CALLS}&columns=1": "viewer",
    f"/main/assets/{CALLS}": "editor",
    f"/main/assets/{CALLS}/-/quality": "editor",
    f"/main/assets/{CALLS}/-/columns": "editor",
    f"/main/assets/{CALLS}/-/columns/versions": "editor",
    f"/main/assets/{CALLS}/-/columns/lineage?column=tonnes": "editor",
    f"/main/assets/{CALLS}/-/facets?position=dataset&name=columnLineage": "editor",
    "/main/assets/orders/-/columns": "editor",
    "/main/assets/orders/-/columns/lineage": "editor",
    "/main/assets/orders/-/quality": "editor",
    f"/main/executions/{root_id(0)}": "editor",
    f"/main/executions/{root_id(0)}/-/openlineage": "editor",
    "/main/flows/company.data/port_daily": "editor",
    "/main/lineage?asset=orders&depth=all": "viewer",
    "/main/executions": "editor",
    "/main/executions?q=nothing-is-called-so": "editor",
    "/main/executions/run-orders-1": "editor",
    "/main/executions/run-customers-1": "editor",
    "/main/flows": "editor",
    "/main/flows?q=nothing-is-called-so": "editor",
    "/main/flows/company.data/build_orders": "editor",
    "/main/dbt": "editor",
    "/main/namespaces": "editor",
    "/main/namespaces/company.data": "editor",
    "/main/admin/exporters": "admin",
    "/main/admin/exporters/-/new": "admin",
    "/main/admin/exporters/-/new?kind=FILE": "admin",
    "/main/admin/exporters/marquez": "admin",
    "/main/admin/exporters/marquez/edit": "admin",
    "/main/admin/exporters/marquez/rewind": "admin",
    "/main/admin/exporters/marquez/delete": "admin",
    "/main/admin/naming-rules?namespace=postgres://w:5432&name=a.b.orders": "admin",
    "/main/admin/naming-rules/-/new": "admin",
    "/main/admin/settings": "admin",
    "/main/catalog/duplicates": "admin",
    "/main/assets/orders/-/names": "admin",
    "/main/assets/orders/-/merge?asset=stg_orders": "admin",
    "/other/": "outsider",
    "/other/catalog": "outsider",
    "/other/lineage": "outsider",
    "/other/executions": "outsider",
    "/other/flows": "outsider",
    "/other/namespaces": "outsider",
    "/other/admin/exporters": "outsider",
}


@pytest.mark.parametrize("path", PAGES)
def test_a_page_fits_its_window_and_bars_nobody(open_as, path):
    page = open_as(PAGES[path])
    page.goto(path, wait_until="networkidle")
    found = flaws(page)
    assert not found, "\n".join(found)
