"""What Headwater lends to expressions: the catalog and the namespaces, asked at most so often.

Most declarations use neither `assets()` nor `namespace` nor `kv()`, and cost no statement. Those
that do are answered once a request for each distinct question, whatever the number of executions
that ask it: one statement for the variables of all namespaces of the request, one for each
distinct `assets(…)`, and QUESTIONS of these at the most; further ones are errors of the
declaration that asks them. `assets()` finds what the poster may list: an Ingest token finds none.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from accounts.access import Access, prefixes
from accounts.permissions import Action, Resource
from catalog.lookup import BadLookup, look_up_assets
from catalog.naming import variables_of
from lineage.dsl import ExpressionError, Functions, Missing

#: Distinct assets(…) calls, and distinct foreign namespaces for kv(…), in one request.
QUESTIONS = 50


class Lender:
    """Lends to all expressions of one request; `namespaces`: those of its flows."""

    def __init__(self, access: Access, namespaces: Iterable[str]) -> None:
        self.access = access
        self.namespaces = sorted(set(namespaces))
        self._variables: dict[str, dict[str, Any]] = {}
        self._assets: dict[str, list[dict[str, Any]]] = {}

    def variables(self, namespace: str) -> Mapping[str, Any]:
        """The variables of a namespace and its parents, looked up when first asked."""
        return _Variables(self, namespace)

    def functions(self, namespace: str) -> Functions:
        """For expressions of a flow in `namespace`."""

        def kv(key: str, other: str | None) -> Any:
            found = self._variables_in(namespace, other or namespace)
            if key not in found:
                raise Missing(f"kv('{key}') has no value in namespace '{other or namespace}'")
            return found[key]

        return Functions(assets=self._found_assets, kv=kv)

    def known_variables(self, namespace: str) -> Mapping[str, Any]:
        """Loads those of all the request's namespaces at once."""
        if namespace not in self._variables:
            missing = {*self.namespaces, namespace} - self._variables.keys()
            self._variables |= variables_of(self.access.tenant, missing)
        return self._variables[namespace]

    def _variables_in(self, own: str, wanted: str) -> Mapping[str, Any]:
        """A flow reads its own namespace and what that inherits from; others as its poster may."""
        near = wanted in prefixes(own)
        if not near and not self.access.may(Resource.NAMESPACE, Action.VIEW, wanted):
            return {}
        known = wanted in self._variables
        if not known and len(self._variables) >= len(self.namespaces) + QUESTIONS:
            raise ExpressionError(f"kv() asks more than {QUESTIONS} namespaces in one request")
        return self.known_variables(wanted)

    def _found_assets(self, **wanted: Any) -> list[dict[str, Any]]:
        question = json.dumps(wanted, sort_keys=True, default=str)
        if question not in self._assets:
            if len(self._assets) >= QUESTIONS:
                message = f"more than {QUESTIONS} different assets(…) calls in one request"
                raise ExpressionError(f"{message}: post fewer executions at once")
            try:
                self._assets[question] = look_up_assets(self.access, wanted)
            except BadLookup as error:
                raise ExpressionError(str(error)) from None
        return self._assets[question]


class _Variables(Mapping[str, Any]):
    """A namespace's variables, as a map that asks for them when it is looked into."""

    def __init__(self, lender: Lender, namespace: str) -> None:
        self.lender = lender
        self.namespace = namespace

    def __getitem__(self, key: str) -> Any:
        return self.lender.known_variables(self.namespace)[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.lender.known_variables(self.namespace))

    def __len__(self) -> int:
        return len(self.lender.known_variables(self.namespace))
