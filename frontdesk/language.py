"""Language codes."""


def base_language(code: str) -> str:
    """The language of a code without its region, in lower case: `es` of `es-MX`."""
    return code.split("-")[0].lower()
