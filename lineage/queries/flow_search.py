"""What the filters of a flow search mean (Kestra's `filters[field][OP]`)."""

from collections.abc import Mapping

from django.db.models import Q

from accounts.access import Access
from catalog.filter_queries import Meaning, column, condition_q
from catalog.filters import TEXTUAL, Condition, FieldSpec, Filter, Op
from lineage.models import Flow
from lineage.models.flows import FlowQuerySet
from lineage.queries.run_search import label_q, namespace_q

FLOW_FIELDS: Mapping[str, FieldSpec] = {
    "namespace": FieldSpec((*TEXTUAL, Op.PREFIX)),
    "flowId": FieldSpec(TEXTUAL),
    "labels": FieldSpec((Op.EQUALS, Op.NOT_EQUALS), keyed=True),
    "q": FieldSpec((Op.EQUALS,)),
}


def found_flows(access: Access, tree: Filter) -> FlowQuerySet:
    """What `access` lists and the filters let through, with the namespace."""
    meanings: Mapping[str, Meaning] = {
        "namespace": lambda condition: namespace_q(access, condition),
        "flowId": column("public_id"),
        "labels": label_q,
        "q": text_q,
    }
    rows = Flow.objects.listed_to(access).filter(condition_q(tree, meanings))
    return rows.select_related("namespace")


def text_q(condition: Condition) -> Q:
    """Part of the id or of the description."""
    text = condition.value
    return Q(public_id__icontains=text) | Q(description__icontains=text)
