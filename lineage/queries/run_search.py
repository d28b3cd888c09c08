"""What the filters of an execution search mean (Kestra's `filters[field][OP]`)."""

from collections.abc import Mapping

from django.db.models import Q

from accounts.access import Access
from catalog.filter_queries import Meaning, column, condition_q
from catalog.filters import (
    EQUALITY,
    MOMENTS,
    NULLNESS,
    TEXTUAL,
    Condition,
    FieldSpec,
    Filter,
    Op,
    read_choice,
    read_time,
)
from catalog.models import Namespace
from lineage.models import Execution, Flow
from lineage.models.runs import ExecutionQuerySet, State
from lineage.queries.runs import text_q

TEXT = FieldSpec(TEXTUAL)
TIME = FieldSpec(MOMENTS, read_time)

EXECUTION_FIELDS: Mapping[str, FieldSpec] = {
    "namespace": FieldSpec((*TEXTUAL, Op.PREFIX)),
    "flowId": TEXT,
    "executionId": TEXT,
    "state": FieldSpec(EQUALITY, read_choice(*State.values)),
    "startDate": TIME,
    "endDate": TIME,
    "labels": FieldSpec((Op.EQUALS, Op.NOT_EQUALS), keyed=True),
    "parentExecutionId": FieldSpec((*EQUALITY, *NULLNESS)),
    "q": FieldSpec((Op.EQUALS,)),
}


def found_executions(access: Access, tree: Filter) -> ExecutionQuerySet:
    """What `access` lists and the filters let through, with flow and namespace."""
    rows = Execution.objects.listed_to(access).filter(condition_q(tree, meanings(access)))
    return rows.select_related("flow", "namespace").defer(
        "outputs", "variables", "stamp", "field_stamps"
    )


def meanings(access: Access) -> Mapping[str, Meaning]:
    return {
        "namespace": lambda condition: namespace_q(access, condition),
        "flowId": lambda condition: flow_q(access, condition),
        "executionId": column("public_id"),
        "state": column("state"),
        "startDate": column("started_at"),
        "endDate": column("ended_at"),
        "labels": label_q,
        "parentExecutionId": parent_q,
        "q": lambda condition: text_q(access, condition.value),
    }


def namespace_q(access: Access, condition: Condition) -> Q:
    """By the namespaces' names first, so that the list's own indexes serve."""
    names = Namespace.objects.unscoped("narrows an already scoped search")
    if condition.op is Op.PREFIX:
        names = names.under(condition.value)
    else:
        names = names.filter(column("name")(condition))
    return Q(namespace__in=names.filter(tenant=access.tenant).values("pk"))


def flow_q(access: Access, condition: Condition) -> Q:
    flows = Flow.objects.unscoped("narrows an already scoped search")
    named = flows.filter(column("public_id")(condition), tenant=access.tenant)
    return Q(flow__in=named.values("pk"))


def label_q(condition: Condition) -> Q:
    """`filters[labels][EQUALS][env]=prod`."""
    labelled = Q(labels__contains={condition.key: condition.value})
    return labelled if condition.op is Op.EQUALS else ~labelled


def parent_q(condition: Condition) -> Q:
    """ "" is stored for an execution that no other one started."""
    if condition.op is Op.IS_NULL:
        return Q(parent_public_id="")
    if condition.op is Op.IS_NOT_NULL:
        return ~Q(parent_public_id="")
    return column("parent_public_id")(condition)
