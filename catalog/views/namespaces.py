"""The pages of namespaces: the tree, opened level by level, and one of them."""

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import prefixes
from accounts.web import PageRequest, page, tenant_page
from catalog.asset_rows import AssetRow
from catalog.namespace_tree import Node, counted, find_namespace, level_below, named_like
from catalog.queries import Search, list_assets
from catalog.query_language import Query, Term

ASSETS = 20


@require_safe
@tenant_page
def namespace_list(request: PageRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()
    if text:
        nodes, more = named_like(request.access, text), False
    else:
        nodes, more = level_below(request.access, after=request.GET.get("after", ""))
    context = {"nodes": nodes, "more": more, "text": text, "parent": ""}
    if len(nodes) == 1 and nodes[0].below:  # a company's one top name says nothing by itself
        inner, more_inside = level_below(request.access, nodes[0].name)
        context["inside"] = {"nodes": inner, "more": more_inside, "parent": nodes[0].name}
    return page(request, "catalog/namespace_list.html", context, "tree")


@require_safe
@tenant_page
def namespace_children(request: PageRequest, name: str) -> HttpResponse:
    """The level below one namespace, for the tree to put under it."""
    if not find_namespace(request.access, name)[1]:
        raise Http404
    nodes, more = level_below(request.access, name, request.GET.get("after", ""))
    context = {"nodes": nodes, "more": more, "parent": name}
    return page(request, "catalog/namespace_level.html", context)


@require_safe
@tenant_page
def namespace_detail(request: PageRequest, name: str) -> HttpResponse:
    namespace, is_there = find_namespace(request.access, name)
    if not is_there:
        raise Http404
    now = timezone.now()
    search = Search.of(Query((Term("namespace", (name,)),)))
    found = list_assets(request.access, search, now, size=ASSETS)
    nodes, more = level_below(request.access, name)
    context = {
        "name": name,
        "namespace": namespace,
        "node": counted(request.access, [Node(name, namespace is not None, 0)])[0],
        "parents": prefixes(name)[:-1],
        "rows": [AssetRow.of(asset, now) for asset in found.assets],
        "nodes": nodes,
        "more": more,
        "parent": name,
    }
    return page(request, "catalog/namespace_detail.html", context)
