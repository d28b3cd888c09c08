"""Who may use what: one row a route, method and thing. A route without a row fails the build.

`ACCESS[route]["METHOD thing"]` = the status each of the cast gets, in the order of PEOPLE. The
things are those of `tests.world`; "-" is none. What is not listed must answer 405.

The viewer sees `company.data` only, so every route that shows one thing needs at least a row for
something in `company.data`, one for something in `company.finance`, one for something without a
namespace where there is such a thing. The ingest token is a service account: it has no browser
session, and may not read.
"""

type Row = tuple[int, int, int, int, int, int, int]

# fmt: off
#                          anonymous outsider viewer editor ingest admin instance_admin
EVERYBODY: Row           = (200,     200,     200,   200,   200,   200,  200)
NOWHERE: Row             = (404,     404,     404,   404,   404,   404,  404)

#: A page of the tenant, or of something in company.data.
PAGE: Row                = (302,     404,     200,   200,   302,   200,  404)
#: A page of something that the viewer may not see.
PAGE_HIDDEN: Row         = (302,     404,     404,   200,   302,   200,  404)

#: A page of the tenant's settings, which an editor has no part in.
PAGE_SETTINGS: Row       = (302,     404,     403,   403,   302,   200,  404)

#: Reading through the API: a list, or something in company.data.
API_READ: Row            = (401,     404,     200,   200,   403,   200,  404)
#: Reading something that the viewer may not see.
API_HIDDEN: Row          = (401,     404,     404,   200,   403,   200,  404)

#: Posting what the ingest token may post, too.
API_POST: Row            = (401,     404,     403,   200,   200,   200,  404)
#: The same, of a batch that went in whole.
API_BATCH: Row           = (401,     404,     403,   204,   204,   204,  404)

#: Changing what is there, which the ingest token may not do.
API_CHANGE: Row          = (401,     404,     403,   200,   403,   200,  404)
#: Patching without If-Match: who may change it is asked for the header. Ingest may write assets,
#: but nothing that it would have to read.
API_PATCH: Row           = (401,     404,     403,   428,   404,   428,  404)
#: The same of what needs no header.
API_PATCH_200: Row       = (401,     404,     403,   200,   404,   200,  404)
API_RESTORE: Row         = (401,     404,     403,   200,   404,   200,  404)

#: The tenant's settings, which an editor has no part in.
API_SETTINGS: Row        = (401,     404,     403,   403,   403,   200,  404)

#: Pages of the login: open to anonymous; who is signed in is sent on from some of them.
LOGIN: Row               = (200,     302,     302,   302,   200,   302,  302)
SIGNED_IN: Row           = (302,     200,     200,   200,   302,   200,  200)
SENT_ON: Row             = (302,     302,     302,   302,   302,   302,  302)

ACCESS: dict[str, dict[str, Row]] = {
    # --- outside tenants -------------------------------------------------------------------
    "healthz":                              {"GET -": EVERYBODY},
    "readyz":                               {"GET -": EVERYBODY},
    "account_login":                        {"GET -": LOGIN, "POST -": LOGIN},
    "account_logout":                       {"GET -": SIGNED_IN, "POST -": SENT_ON},
    "account_inactive":                     {"GET -": EVERYBODY},
    # The cast has no passwords: Change sends them to Set.
    "account_change_password":              {"GET -": SENT_ON, "POST -": SENT_ON},
    "account_set_password":                 {"GET -": SIGNED_IN, "POST -": SIGNED_IN},
    "account_reset_password":               {"GET -": EVERYBODY, "POST -": EVERYBODY},
    "account_reset_password_done":          {"GET -": EVERYBODY},
    "account_reset_password_from_key":      {"GET reset": EVERYBODY, "POST reset": EVERYBODY},
    "account_reset_password_from_key_done": {"GET -": EVERYBODY},
    #                                                 instance_admin: the page of advice
    "accounts:home": {"GET -": (302, 302, 302, 302, 302, 302, 200)},
    "api_docs":                             {"GET -": EVERYBODY},
    "openapi_json":                         {"GET -": EVERYBODY},
    "openapi_yaml":                         {"GET -": EVERYBODY},
    "unknown_api_path": {
        f"{method} anything": NOWHERE for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
    },
    # --- pages of a tenant -----------------------------------------------------------------
    "catalog:asset_list": {"GET -": PAGE},
    "catalog:asset_facets": {"GET -": PAGE},
    "lineage:asset_export": {"GET csv": PAGE},
    "lineage:asset_imports": {"GET -": PAGE, "POST -": (302, 404, 403, 422, 302, 422, 404)},
    # A file is its bringer's: the editor's.
    "lineage:asset_import": {
        "GET import": (302, 404, 404, 200, 302, 404, 404),
        "POST import": (302, 404, 404, 302, 302, 404, 404),
    },
    "catalog:asset_detail": {
        "GET orders": PAGE,
        "GET ledger": PAGE_HIDDEN,
        "GET bucket": PAGE_HIDDEN,
    },
    # Who may change something is sent back to the page.
    "catalog:asset_lock": {
        "POST orders": (302, 404, 403, 302, 302, 302, 404),
        "POST ledger": (302, 404, 404, 302, 302, 302, 404),
        "POST bucket": (302, 404, 404, 302, 302, 302, 404),
    },
    # Nothing typed: 422, to who may. The viewer may create nothing anywhere.
    "catalog:asset_create": {
        "GET -": (302, 404, 403, 200, 302, 200, 404),
        "POST -": (302, 404, 403, 422, 302, 422, 404),
    },
    "catalog:asset_edit": {
        f"{method} {thing}": (302, 404, seen, changed, 302, changed, 404)
        for method, changed in (("GET", 200), ("POST", 422))
        for thing, seen in (("orders", 403), ("ledger", 404), ("bucket", 404))
    },
    **{
        f"catalog:asset_{change}": {
            "POST orders": (302, 404, 403, 302, 302, 302, 404),
            "POST ledger": (302, 404, 404, 302, 302, 302, 404),
            "POST bucket": (302, 404, 404, 302, 302, 302, 404),
        }
        for change in ("deletion", "restoration")
    },
    "catalog:asset_history": {
        "GET orders": PAGE,
        "GET ledger": PAGE_HIDDEN,
        "GET bucket": PAGE_HIDDEN,
    },
    "catalog:asset_column_versions": {
        "GET orders": PAGE,
        "GET ledger": PAGE_HIDDEN,
        "GET bucket": PAGE_HIDDEN,
    },
    "catalog:namespace_list": {"GET -": PAGE},
    "catalog:namespace_detail": {
        "GET company.data": PAGE,
        "GET company.finance": PAGE_HIDDEN,
    },
    "catalog:namespace_children": {
        "GET company.data": PAGE,
        "GET company.finance": PAGE_HIDDEN,
    },
    "lineage:explorer": {"GET -": PAGE},
    #                                       404: which asset is missing
    "lineage:explorer_svg": {"GET -": (302, 404, 404, 404, 302, 404, 404)},
    "lineage:asset_lineage": {
        "GET orders": PAGE,
        "GET ledger": PAGE_HIDDEN,
        "GET bucket": PAGE_HIDDEN,
    },
    "catalog:asset_suggestions": {"GET type": PAGE},
    # A form without an asset: 422, to who may see the page.
    "lineage:asset_edges": {
        "GET orders": PAGE,
        "GET ledger": PAGE_HIDDEN,
        "GET bucket": PAGE_HIDDEN,
        "POST orders": (302, 404, 403, 422, 302, 422, 404),
        "POST ledger": (302, 404, 404, 422, 302, 422, 404),
        "POST bucket": (302, 404, 404, 422, 302, 422, 404),
    },
    # Who may change something is sent back to the page, with a word on how it went.
    "lineage:edge_removal": {
        "POST orders-data-edge": (302, 404, 403, 302, 302, 302, 404),
        "POST orders-finance-edge": (302, 404, 404, 302, 302, 302, 404),
    },
    "lineage:asset_quality": {
        "GET orders": PAGE,
        "GET ledger": PAGE_HIDDEN,
        "GET bucket": PAGE_HIDDEN,
    },
    "lineage:asset_facets": {
        "GET orders": PAGE,
        "GET ledger": PAGE_HIDDEN,
        "GET bucket": PAGE_HIDDEN,
    },
    "lineage:asset_columns": {
        "GET orders": PAGE,
        "GET ledger": PAGE_HIDDEN,
        "GET bucket": PAGE_HIDDEN,
    },
    "lineage:asset_column_lineage": {
        "GET orders": PAGE,
        "GET ledger": PAGE_HIDDEN,
        "GET bucket": PAGE_HIDDEN,
    },
    "lineage:asset_neighbours": {
        "GET orders": PAGE,
        "GET ledger": PAGE_HIDDEN,
        "GET bucket": PAGE_HIDDEN,
    },
    "lineage:asset_offers": {
        "GET orders": PAGE,
        "GET ledger": PAGE_HIDDEN,
        "GET bucket": PAGE_HIDDEN,
    },
    "lineage:asset_impact": {
        "GET orders": PAGE,
        "GET ledger": PAGE_HIDDEN,
        "GET bucket": PAGE_HIDDEN,
    },
    "lineage:home": {"GET -": PAGE},
    "lineage:execution_list": {"GET -": PAGE},
    "lineage:execution_detail": {"GET run-orders": PAGE, "GET run-ledger": PAGE_HIDDEN},
    "lineage:execution_openlineage": {"GET run-orders": PAGE, "GET run-ledger": PAGE_HIDDEN},
    "lineage:flow_list": {"GET -": PAGE},
    "lineage:flow_dbt": {"GET -": PAGE, "POST dbt-form": (302, 404, 403, 200, 302, 200, 404)},
    "lineage:flow_openlineage": {"GET build_orders": PAGE, "GET close_books": PAGE_HIDDEN},
    "lineage:flow_detail": {"GET build_orders": PAGE, "GET close_books": PAGE_HIDDEN},
    "lineage:asset_executions": {
        "GET orders": PAGE,
        "GET ledger": PAGE_HIDDEN,
        "GET bucket": PAGE_HIDDEN,
    },
    # Whoever may change settings is sent back to the exporter; "do" is missing here.
    "lineage:exporter_list": {"GET -": PAGE_SETTINGS},
    "lineage:exporter_new": {"GET -": PAGE_SETTINGS, "POST -": PAGE_SETTINGS},
    "lineage:exporter_detail": {
        "GET marquez": PAGE_SETTINGS,
        "POST marquez": (302, 404, 403, 403, 302, 400, 404),
    },
    "lineage:exporter_edit": {"GET marquez": PAGE_SETTINGS, "POST marquez": PAGE_SETTINGS},
    "lineage:exporter_rewind": {"GET marquez": PAGE_SETTINGS, "POST marquez": PAGE_SETTINGS},
    "lineage:exporter_delete": {
        "GET marquez": PAGE_SETTINGS,
        "POST marquez": (302, 404, 403, 403, 302, 302, 404),
    },
    "lineage:asset_names": {
        "GET orders": PAGE,
        "GET ledger": PAGE_HIDDEN,
        "GET bucket": PAGE_HIDDEN,
    },
    # Who may change something is sent back to the page, with a word on how it went.
    "lineage:asset_naming": {
        "POST orders": (302, 404, 403, 302, 302, 302, 404),
        "POST ledger": (302, 404, 404, 302, 302, 302, 404),
        "POST bucket": (302, 404, 404, 302, 302, 302, 404),
    },
    # A form without the other asset: 422, to who may change this one.
    "lineage:asset_merge": {
        f"{method} {thing}": (302, 404, seen, changed, 302, changed, 404)
        for method, changed in (("GET", 200), ("POST", 422))
        for thing, seen in (("orders", 403), ("ledger", 404), ("bucket", 404))
    },
    "lineage:merge_undoing": {"POST merged": (302, 404, 404, 404, 302, 404, 404)},
    "lineage:duplicate_list": {"GET -": (302, 404, 403, 200, 302, 200, 404)},
    "lineage:duplicate_dismissal": {"POST -": (302, 404, 404, 404, 302, 404, 404)},
    # Whoever may change settings is sent back to the list; a form without a rule is 422.
    "lineage:naming_rule_list": {"GET -": PAGE_SETTINGS},
    "lineage:naming_rule_new": {
        "GET -": PAGE_SETTINGS,
        "POST -": (302, 404, 403, 403, 302, 422, 404),
    },
    "lineage:naming_rule_edit": {
        "GET rule": PAGE_SETTINGS,
        "POST rule": (302, 404, 403, 403, 302, 422, 404),
    },
    "lineage:naming_rule_place": {"POST rule": (302, 404, 403, 403, 302, 302, 404)},
    "lineage:naming_rule_delete": {"POST rule": (302, 404, 403, 403, 302, 302, 404)},
    # A POST that names no setting is 400 for whoever may see them.
    "lineage:tenant_settings": {
        "GET -": PAGE_SETTINGS,
        "POST -": (302, 404, 403, 403, 302, 400, 404),
    },
    # --- API -------------------------------------------------------------------------------
    "asset_dependencies": {
        "GET orders": API_READ,
        "GET ledger": API_HIDDEN,
        "GET bucket": API_HIDDEN,
    },
    #                                       400: which one is missing
    "asset_dependencies_by_id": {"GET -": (401, 404, 400, 400, 403, 400, 404)},
    "column_lineage": {
        "GET orders": API_READ,
        "GET ledger": API_HIDDEN,
        "GET bucket": API_HIDDEN,
    },
    "column_lineage_by_id": {"GET -": (401, 404, 400, 400, 403, 400, 404)},
    "asset_columns": {
        "GET orders": API_READ,
        "GET ledger": API_HIDDEN,
        "GET bucket": API_HIDDEN,
    },
    "asset_columns_by_id": {"GET -": (401, 404, 400, 400, 403, 400, 404)},
    "openlineage_facets": {
        "GET orders": API_READ,
        "GET ledger": API_HIDDEN,
        "GET bucket": API_HIDDEN,
    },
    "openlineage_facets_by_id": {"GET -": (401, 404, 400, 400, 403, 400, 404)},
    "execution_openlineage_events": {"GET run-orders": API_READ, "GET run-ledger": API_HIDDEN},
    "execution_openlineage_runs": {"GET run-orders": API_READ, "GET run-ledger": API_HIDDEN},
    "openlineage_event_search": {"GET -": API_READ},
    "flow_openlineage_jobs": {"GET build_orders": API_READ, "GET close_books": API_HIDDEN},
    "asset_measurements": {
        "GET orders": API_READ,
        "GET ledger": API_HIDDEN,
        "GET bucket": API_HIDDEN,
    },
    "asset_measurements_by_id": {"GET -": (401, 404, 400, 400, 403, 400, 404)},
    "asset_quality": {
        "GET orders": API_READ,
        "GET ledger": API_HIDDEN,
        "GET bucket": API_HIDDEN,
    },
    "asset_quality_by_id": {"GET -": (401, 404, 400, 400, 403, 400, 404)},
    "column_versions": {
        "GET orders": API_READ,
        "GET ledger": API_HIDDEN,
        "GET bucket": API_HIDDEN,
    },
    "column_versions_by_id": {"GET -": (401, 404, 400, 400, 403, 400, 404)},
    # Without ?before= it is a mistake.
    "column_difference": {
        "GET orders": (401, 404, 400, 400, 403, 400, 404),
        "GET ledger": (401, 404, 404, 400, 403, 400, 404),
        "GET bucket": (401, 404, 404, 400, 403, 400, 404),
    },
    "column_difference_by_id": {"GET -": (401, 404, 400, 400, 403, 400, 404)},
    "asset_search": {"GET -": API_READ},
    "asset_facets": {"GET -": API_READ},
    # Without ?id= it is a mistake; tests/catalog/api/test_assets.py asks for ids.
    "asset_by_id": {
        "GET -": (401, 404, 400, 400, 403, 400, 404),
        "PATCH -": (401, 404, 403, 400, 400, 400, 404),
        "DELETE -": (401, 404, 403, 400, 403, 400, 404),
    },
    # The viewer may change nothing anywhere, so `needs` answers before anything is looked for.
    "asset": {
        "GET orders": API_READ,
        "GET ledger": API_HIDDEN,
        "GET bucket": API_HIDDEN,
        "PATCH orders-patch": API_PATCH,
        "PATCH ledger-patch": API_PATCH,
        "PATCH bucket-patch": API_PATCH,
        "DELETE orders": API_CHANGE,
        "DELETE ledger": API_CHANGE,
        "DELETE bucket": API_CHANGE,
    },
    "assets": {"POST new-data-asset": API_POST, "POST new-tenant-asset": API_POST},
    # Without filters there is nothing to delete.
    "assets_by_query": {"DELETE -": (401, 404, 403, 400, 403, 400, 404)},
    "usages_by_query": {"DELETE -": (401, 404, 403, 400, 403, 400, 404)},
    "events_by_query": {"DELETE -": (401, 404, 403, 400, 403, 400, 404)},
    "usage_search": {"GET -": API_READ},
    "event_search": {"GET -": API_READ},
    "asset_bulk": {"POST [new-data-asset]": API_POST},
    "assets_by_ids": {"DELETE [orders]": API_CHANGE, "DELETE [ledger]": API_CHANGE},
    "asset_lock": {
        f"{method} {thing}": API_CHANGE
        for method in ("POST", "DELETE")
        for thing in ("orders", "ledger", "bucket")
    },
    "asset_restore": {
        "POST orders": API_RESTORE,
        "POST ledger": API_RESTORE,
        "POST bucket": API_RESTORE,
    },
    "namespace_search": {"GET -": API_READ},
    "namespace": {"GET company.data": API_READ, "GET company.finance": API_HIDDEN},
    "namespace_variables": {
        "GET company.data": API_READ,
        "GET company.finance": API_HIDDEN,
        "PUT data-variables": (401, 404, 403, 200, 403, 200, 404),
        "PUT finance-variables": (401, 404, 403, 200, 403, 200, 404),
    },
    "tenant_settings": {
        "GET -": (401, 404, 403, 403, 403, 200, 404),
        "PUT settings": (401, 404, 403, 403, 403, 200, 404),
    },
    #                                               422: ingest may not see what it names
    "edges": {
        "POST new-data-edge": (401, 404, 403, 200, 422, 200, 404),
        "POST new-finance-edge": (401, 404, 403, 200, 422, 200, 404),
    },
    "catalog_export": {"GET -": API_READ},
    "catalog_import": {"POST data.csv": API_POST, "POST finance.csv": API_POST},
    "edge_search": {"GET -": API_READ},
    "edge": {
        f"{method} {thing}": (401, 404, 403, 200, 404, 200, 404)
        for method in ("PATCH", "DELETE")
        for thing in ("data-edge", "finance-edge")
    },
    "asset_aliases": {
        "GET orders": API_READ,
        "GET ledger": API_HIDDEN,
        "GET bucket": API_HIDDEN,
        "POST orders-name": API_PATCH_200,
        "POST ledger-name": API_PATCH_200,
        "POST bucket-name": API_PATCH_200,
    },
    "asset_alias": {
        "DELETE orders-known": API_PATCH_200,
        "DELETE ledger-known": (401, 404, 403, 404, 404, 404, 404),
    },
    #                                     400: which one is missing
    "asset_aliases_by_id": {
        "GET -": (401, 404, 400, 400, 403, 400, 404),
        "POST -": (401, 404, 403, 400, 400, 400, 404),
        "DELETE -": (401, 404, 403, 400, 400, 400, 404),
    },
    # GET wants the other one; ingest may change assets, but not see these.
    "asset_merging": {
        "GET orders": (401, 404, 400, 400, 403, 400, 404),
        "GET ledger": (401, 404, 404, 400, 403, 400, 404),
        "POST orders-stg": API_PATCH_200,
        "POST ledger-stg": API_PATCH_200,
    },
    "asset_merging_by_id": {
        "GET -": (401, 404, 400, 400, 403, 400, 404),
        "POST -": (401, 404, 403, 400, 400, 400, 404),
    },
    "asset_merges": {
        "GET orders": API_READ,
        "GET ledger": API_HIDDEN,
        "GET bucket": API_HIDDEN,
    },
    "asset_merges_by_id": {"GET -": (401, 404, 400, 400, 403, 400, 404)},
    "merge_undo": {"POST merged": (401, 404, 403, 404, 404, 404, 404)},
    "duplicates": {"GET -": (401, 404, 403, 200, 200, 200, 404)},
    "duplicates_dismiss": {"POST two": API_PATCH_200},
    "naming_rules": {"GET -": API_SETTINGS, "POST rule-new": API_SETTINGS},
    "naming_rules_try": {"POST name": API_SETTINGS},
    "naming_rule": {
        "GET rule": API_SETTINGS,
        "PUT rule-said": API_SETTINGS,
        "DELETE rule": API_SETTINGS,
    },
    "exporters": {"GET -": API_SETTINGS, "POST new-exporter": API_SETTINGS},
    "exporter": {
        "GET marquez": API_SETTINGS,
        "PUT marquez-new": API_SETTINGS,
        "PATCH marquez-patch": API_SETTINGS,
        "DELETE marquez": (401, 404, 403, 403, 403, 204, 404),
    },
    "exporter_run": {"POST marquez": API_SETTINGS},
    "exporter_reset": {"POST marquez-reset": API_SETTINGS},
    "exporter_runs": {"GET marquez": API_SETTINGS},
    "exporter_refused": {"GET marquez": API_SETTINGS, "POST marquez": API_SETTINGS},
    "execution_search":                     {"GET -": API_READ},
    "execution": {"GET run-orders": API_READ, "GET run-ledger": API_HIDDEN},
    "flow_search":                          {"GET -": API_READ},
    # A namespace out of reach looks like an empty one.
    "namespace_flows": {"GET company.data": API_READ, "GET company.finance": API_READ},
    "flow": {
        "GET build_orders": API_READ,
        "GET close_books": API_HIDDEN,
        "PUT build_orders.yaml": API_POST,
        "PUT close_books.yaml": API_POST,
    },
    "flow_inputs": {"GET build_orders": API_READ, "GET close_books": API_HIDDEN},
    "flow_revisions": {"GET build_orders": API_READ, "GET close_books": API_HIDDEN},
    "dbt_artifacts": {"POST dbt-manifest": API_POST},
    "executions": {"POST new-data-run": API_POST, "POST new-finance-run": API_POST},
    "openlineage_event": {"POST data-event": API_POST, "POST finance-event": API_POST},
    "openlineage_batch": {"POST [data-event]": API_BATCH},
    # Without a tenant in the path it is the poster's own: the outsider has one, too.
    "openlineage_home_event": {"POST data-event": (401, 200, 403, 200, 200, 200, 404)},
    "openlineage_home_batch": {"POST [data-event]": (401, 204, 403, 204, 204, 204, 404)},
    "flows": {"POST new-data-flow": API_POST, "POST new-finance-flow": API_POST},
}
# fmt: on
