"""The name that somebody meant."""

from collections.abc import Iterable


def nearest(name: str, known: Iterable[str], *, cutoff: float = 0.6) -> list[str]:
    """The one of `known` that is most like a name, by at least `cutoff` of 0 to 1; none where none is."""
    import difflib  # only a mistake needs it

    return difflib.get_close_matches(name, list(known), n=1, cutoff=cutoff)
