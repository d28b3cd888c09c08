"""How filters and functions are written down: one Python function each, found by Kestra's name."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from lineage.dsl.expressions.scope import ExpressionError


class Callable_(NamedTuple):
    """`call(scope, *arguments)`; `pure`: the same arguments always give the same answer."""

    call: Callable[..., Any]
    signature: inspect.Signature
    usage: str
    pure: bool


class Library(dict[str, Callable_]):
    """Callables by name. Parameters carry Kestra's names, since they can be given by name."""

    def __init__(self, leading: int) -> None:
        super().__init__()
        # The scope, and for filters the value that is filtered, are not part of the usage.
        self.leading = leading

    def add[F: Callable[..., Any]](self, *names: str, pure: bool = True) -> Callable[[F], F]:
        """Registers a function under Kestra's names for it."""

        def register(function: F) -> F:
            signature = inspect.signature(function)
            parameters = list(signature.parameters.values())[self.leading :]
            usage = f"({', '.join(map(_describe, parameters))})"
            for name in names:
                self[name] = Callable_(function, signature, usage, pure)
            return function

        return register

    def refuse(self, names: Iterable[str], what: str, reason: str) -> None:
        """Registers names that Kestra knows and Headwater does not: an error when evaluated, so
        that flows which use them elsewhere still register."""
        for name in names:
            self.add(name, pure=False)(_refusal(f"{what} '{name}' is not available: {reason}"))


def bind(function: Callable_, positional: int, named: Mapping[str, Any]) -> None:
    """Raises TypeError when a call does not fit the function's parameters."""
    function.signature.bind(None, *range(positional), **dict.fromkeys(named))


def _describe(parameter: inspect.Parameter) -> str:
    optional = parameter.default is not inspect.Parameter.empty
    return f"{parameter.name}?" if optional else parameter.name


def _refusal(message: str) -> Callable[..., Any]:
    def call(scope: Any, *arguments: Any, **options: Any) -> Any:
        raise ExpressionError(message)

    return call
