"""Which assets a few typed words mean, and which of them come first.

Every word must occur somewhere in id, display name, type, description or metadata, as any part
of a word and in any case, so `item` finds `OrderItems` and `order_items`. A trigram index answers
that for words of three letters and more; shorter ones alone count only where a name begins.

The best match is the id itself, then ids that begin so or whose last segment does, then display
names that hold the words, then the rest. Ranking has to look at every match, which is right for a
thousand of them and hopeless for a hundred thousand (a word like `prod`): those are given in
tiers that indexes can walk in order, and the rest as it was first seen.
"""

from collections.abc import Sequence
from functools import reduce
from operator import and_

from django.db.models import Case, IntegerField, Q, Value, When
from django.db.models.functions import Lower

TRIGRAM = 3
#: With more matches than this, ranking them all would take longer than a person waits.
RANKED = 2_000


def text_q(words: Sequence[str]) -> Q:
    """Assets `with_names()` in which all `words` occur. No words: all assets."""
    if not words or _long(words):
        return reduce(and_, map(contains_q, words), Q())
    needle = _lower(" ".join(words))
    return reduce(lambda found, key: found | _begins(key, needle), KEYS[1:], _begins("id", needle))


def contains_q(word: str) -> Q:
    return Q(search_text__contains=_lower(word))


def rank(words: Sequence[str]) -> Case:
    """0 is best."""
    needle = _lower(" ".join(words))
    return Case(
        When(Q(id_key=needle), then=0),
        When(_begins("id", needle) | _begins("segment", needle), then=1),
        When(Q(display_name__isnull=False, name_key__contains=needle), then=2),
        default=3,
        output_field=IntegerField(),
    )


#: The names that have an index of their own, best first.
KEYS = ("id", "segment", "name")


def tiers(words: Sequence[str]) -> list[tuple[str, Q]]:
    """`text_q` cut into disjoint parts, best first: (what orders the part, its condition)."""
    needle = _lower(" ".join(words))
    # An id has no spaces, so neither it nor its last segment begins with several words.
    keys = KEYS if len(words) == 1 else KEYS[2:]
    parts: list[tuple[str, Q]] = []
    before = Q()
    for key in keys:
        parts.append((f"{key}_key", _begins(key, needle) & before))
        before &= ~_begins(key, needle)
    return [*parts, ("pk", text_q(words) & before)] if _long(words) else parts


def _begins(key: str, needle: Lower) -> Q:
    return Q(**{f"{key}_key__startswith": needle})


def _long(words: Sequence[str]) -> bool:
    return max(map(len, words)) >= TRIGRAM


def _lower(text: str) -> Lower:
    """Lower-cased by the database, as the columns were."""
    return Lower(Value(text))
