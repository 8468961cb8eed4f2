"""
Rated changes as a person or a program reads them.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from pipeline.diff import Change, Rating, worst

Changes = Mapping[str, Sequence[Change]]
"""
API → its changes.
"""


def as_text(changes: Changes, *, wording: bool = False) -> Iterator[str]:
    """
    A heading per API with its counts, and a line per change.

    Args:
        changes: What `revisions.compare` gave.
        wording: Whether changes of wording get a line too, or are only counted.
    """
    for api, of_api in changes.items():
        counts = Counter(change.rating for change in of_api)
        listed = ", ".join(f"{counts[rating]} {rating}" for rating in sorted(counts, reverse=True))
        yield f"{api}: {listed or 'no change'}"
        for change in of_api:
            if wording or change.rating > Rating.WORDING:
                yield f"  {change.rating!s:<10}  {change.kind:<10}  {change.where}: {change.what}"


def as_json(changes: Changes) -> str:
    """
    The worst rating, null where nothing changed, and every change of every API.
    """
    rating = worst_of(changes)
    content = {
        "rating": None if rating is None else str(rating),
        "apis": {api: [change.as_dict() for change in of_api] for api, of_api in changes.items()},
    }
    return json.dumps(content, indent=2, ensure_ascii=False)


def worst_of(changes: Changes) -> Rating | None:
    """
    The worst rating of all APIs, None where nothing changed.
    """
    return worst(change for of_api in changes.values() for change in of_api)
