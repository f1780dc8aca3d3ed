"""When each word of a text is said."""


def spread(text: str, duration_s: float) -> list[tuple[str, float, float]]:
    """Each word with its start and end in seconds, by its share of the characters."""
    words = text.split()
    total = sum(len(word) + 1 for word in words)
    timed, at = [], 0.0
    for word in words:
        end = at + duration_s * (len(word) + 1) / total
        timed.append((word, round(at, 3), round(end, 3)))
        at = end
    return timed
