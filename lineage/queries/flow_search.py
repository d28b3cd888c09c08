"""What the filters of a flow search mean (Kestra's `filters[field][OP]`)."""

from collections.abc import Mapping

from django.db.models import Func, OuterRef, Q, Subquery, TextField, Value
from django.db.models.functions import Coalesce

from accounts.access import Access
from catalog.filter_queries import Meaning, column, condition_q
from catalog.filters import TEXTUAL, Condition, FieldSpec, Filter, Op
from catalog.reading.rules import DESCRIPTION_LENGTH
from lineage.models import Flow, OpenLineageJob
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
    rows = documented(Flow.objects.listed_to(access)).filter(condition_q(tree, meanings))
    return rows.select_related("namespace")


class Documentation(Func):
    """What a job's facets (name → [stamp, body]) have as its documentation; null without any."""

    template = (
        "case when jsonb_typeof(%(expressions)s #> '{documentation,1,description}') = 'string'"
        " and %(expressions)s #> '{documentation,1,_deleted}' is distinct from 'true'"
        f" then left(%(expressions)s #>> '{{documentation,1,description}}', {DESCRIPTION_LENGTH})"
        " end"
    )
    output_field = TextField()


def documented(flows: FlowQuerySet) -> FlowQuerySet:
    """Each with what OpenLineage clients say of its job, for `Flow.about`."""
    jobs = OpenLineageJob.objects.unscoped("of flows that are visible").filter(
        flow=OuterRef("pk"), task_id=""
    )
    said = Subquery(jobs.values(said=Documentation("facets")))
    return flows.annotate(documentation=Coalesce(said, Value(""), output_field=TextField()))


def saying(text: str) -> Q:
    """Part of the id or of what is said of the flow (`Flow.about`), of documented flows."""
    told = Q(description="", documentation__icontains=text)
    return Q(public_id__icontains=text) | Q(description__icontains=text) | told


def text_q(condition: Condition) -> Q:
    return saying(str(condition.value))
