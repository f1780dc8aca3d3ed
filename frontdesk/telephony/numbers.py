"""Telephone numbers as people say them and as carriers write them, in E.164."""

import phonenumbers


def e164(text: str, near: str | None = None) -> str | None:
    """`+15550002222` for any writing of that number; None for what is no whole number.

    `near` is a number in E.164 in whose country a national number is read.
    """
    try:
        number = phonenumbers.parse(text, _country(near))
    except phonenumbers.NumberParseException:
        return None
    # Possible, not valid: numbers of a new range are valid only with the next release of the metadata.
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def carriers_e164(text: str | None) -> str | None:
    """A number as a carrier wrote it, some without the plus; None for `anonymous` and the like."""
    return e164(text or "") or e164(f"+{text}")


def said_or_known(said: str, known: str | None) -> str | None:
    """The number that was said, else the one of the call; as it was written where it is no whole number."""
    whole = carriers_e164(known)
    return e164(said, whole) or said or whole or known


def _country(near: str | None) -> str | None:
    try:
        code = phonenumbers.parse(near or "").country_code
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.region_code_for_country_code(code) if code else None
