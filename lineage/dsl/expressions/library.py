"""How filters and functions are written down: one Python function each, found by Kestra's name."""

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from lineage.dsl.expressions.scope import ExpressionError

type Check = Callable[[Mapping[str, Any]], None]


class Callable_(NamedTuple):
    """`call(scope, *arguments)`; `pure`: the same arguments always give the same answer.

    `check`, where there is one, gets the arguments that are known before any run, by name, and
    raises ExpressionError for what can only fail.
    """

    call: Callable[..., Any]
    signature: inspect.Signature
    usage: str
    pure: bool
    check: Check | None = None


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

    def check(self, *names: str) -> Callable[[Check], Check]:
        """Registers what looks at the literal arguments of calls of `names`."""

        def register(check: Check) -> Check:
            for name in names:
                self[name] = self[name]._replace(check=check)
            return check

        return register

    def refuse(
        self,
        names: Iterable[str],
        what: str,
        reason: str,
        *,
        pure: bool = False,
        always: bool = False,
    ) -> None:
        """Registers names that Kestra knows and Headwater does not: an error when evaluated, so
        that a flow loses an asset and not its registration. `pure` ones with literal arguments
        (`read('/etc/passwd')`), and those refused `always`, are an error before any run."""
        for name in names:
            refusal = _refusal(f"{what} '{name}' is not available: {reason}")
            self.add(name, pure=pure)(refusal)
            if always:
                self.check(name)(refusal)


def bind(
    function: Callable_, positional: Sequence[Any], named: Mapping[str, Any]
) -> dict[str, Any]:
    """The arguments by their parameters' names; TypeError when they do not fit them."""
    return function.signature.bind(None, *positional, **named).arguments


def _describe(parameter: inspect.Parameter) -> str:
    optional = parameter.default is not inspect.Parameter.empty
    return f"{parameter.name}?" if optional else parameter.name


def _refusal(message: str) -> Callable[..., Any]:
    def call(scope: Any, *arguments: Any, **options: Any) -> Any:
        raise ExpressionError(message)

    return call
