"""GET of a flow's inputs: the form that a person would fill, dynamic options included."""

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import TenantAPIView
from accounts.permissions import Action, Resource
from lineage.api.read_documents import FLOW_INPUTS
from lineage.flow_inputs import filled_in, inputs_json, inputs_of
from lineage.queries.flows import find_flow, parsed


@FLOW_INPUTS
class FlowInputs(TenantAPIView):
    """The inputs of the latest revision; none while the flow is unregistered."""

    needs = {"GET": (Resource.FLOW, Action.VIEW)}

    def get(self, request: Request, tenant: str, namespace: str, flow_id: str) -> Response:
        flow = find_flow(self.access, namespace, flow_id)
        declared = parsed(flow, flow.revision)
        inputs = (
            inputs_of(self.access, declared, filled_in(request.query_params, declared))
            if declared
            else []
        )
        return Response(
            {
                "namespace": namespace,
                "id": flow_id,
                "revision": flow.revision or None,
                "inputs": inputs_json(inputs),
            }
        )
