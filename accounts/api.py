"""What every API view shares: bearer or session, one `Access`, problems as errors."""

from typing import Any

from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.access import Access
from accounts.conditional import NOT_KEPT, REVALIDATED
from accounts.models import User
from accounts.permissions import Action, Resource
from accounts.web import enter


class TenantAPIView(APIView):
    """A view below `/api/v1/<tenant>/`: `self.access` is built once, before the method runs.

    `needs` names what a method requires anywhere in the tenant, e.g. `{"GET": (ASSET, LIST)}`;
    a principal without it gets 403 (404 is for single things out of reach). Every view must
    state it: a method that is not named is refused.
    """

    access: Access
    needs: dict[str, tuple[Resource, Action]] = {}  # noqa: RUF012 overridden whole by each view

    def enter(self, user: User, kwargs: dict[str, Any]) -> Access:
        """The access in the tenant of the path; 404 when it does not exist for them."""
        return enter(user, kwargs["tenant"])

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Answers depend on who asks, so nobody on the way keeps them; an ETag lets the client."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        answer.headers.setdefault("Cache-Control", REVALIDATED if "ETag" in answer else NOT_KEPT)
        return answer

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        assert isinstance(request.user, User)
        self.access = self.enter(request.user, kwargs)
        method = request.method or ""
        if method == "OPTIONS" or method not in self.allowed_methods:
            return  # nothing to guard: DRF answers, with 405 where there is no such method
        need = self.needs.get("GET" if method == "HEAD" else method)
        if need is None or not self.access.may_somewhere(*need):
            raise PermissionDenied(
                f"This needs {need[0]}:{need[1]} in tenant “{self.access.tenant.slug}”."
                if need
                else "No rule allows this."
            )
