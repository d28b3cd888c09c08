"""What reading facets has led to, kept a while: producers repeat most of what they say.

A run's START, its COMPLETE and the next run's tell of the same datasets with the same schema and
the same column lineage. What these mean depends on nothing else, so it is read once.
"""

from collections.abc import Callable

import orjson


class Memory[Answer]:
    """Answers by the JSON of their questions, which hold no NaN and no infinity: JSON has none.

    Answers are shared, so nobody may change them. Of questions there are at most two times `size`
    bytes: one generation that grows, and one that is forgotten where it was not asked again.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._taken = 0
        self._young: dict[bytes, Answer] = {}
        self._old: dict[bytes, Answer] = {}

    def recall(self, question: object, answer: Callable[[], Answer]) -> Answer:
        """Threads that ask at the same time may each find the answer, and then keep one of it."""
        try:
            key = orjson.dumps(question)
        except TypeError:  # integers beyond 64 bits, very deep nesting
            return answer()
        found = self._young.get(key)
        if found is None:
            found = self._old.get(key)
            if found is None:
                found = answer()
            self._keep(key, found)
        return found

    def _keep(self, key: bytes, answer: Answer) -> None:
        if len(key) > self._size // 8:
            return
        if self._taken + len(key) > self._size:
            self._old, self._young, self._taken = self._young, {}, 0
        self._young[key] = answer
        self._taken += len(key)
