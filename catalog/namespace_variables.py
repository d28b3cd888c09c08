"""Setting what `namespace.*` and `kv()` of expressions see."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404

from accounts.access import Access
from accounts.permissions import Action, Resource
from catalog.models import Namespace
from catalog.reading.assets import metadata_problem


class InvalidVariables(ValueError):
    """They cannot be stored; the message says why."""


def set_variables(access: Access, name: str, variables: Mapping[str, Any]) -> None:
    """Replace all variables of a namespace: a JSON object, with the limits of metadata.

    Needs NAMESPACE:UPDATE there (PermissionError); Http404 where the namespace is out of sight.
    Raises InvalidVariables.
    """
    if message := metadata_problem(variables):
        raise InvalidVariables(f"The variables {message}")
    found = Namespace.objects.visible_to(access).filter(name=name).first()
    if found is None:
        raise Http404(f"No namespace “{name}”.")
    if not access.may(Resource.NAMESPACE, Action.UPDATE, name):
        raise PermissionError(f"You may not change namespace “{name}”.")
    found.variables = dict(variables)
    found.save(update_fields=["variables"])
