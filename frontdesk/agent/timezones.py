"""Which timezone is meant by a name that is none."""

from zoneinfo import available_timezones

from frontdesk.agent.nearest import nearest


def nearest_zone(text: str) -> str | None:
    """The IANA name that is meant by that of a city, or by one that is nearly right; None for neither."""
    wanted = "_".join(text.lower().split())
    zones = sorted(available_timezones())
    by_city = {zone.rpartition("/")[2].lower(): zone for zone in zones}
    by_name = {zone.lower(): zone for zone in zones}
    found = [by_city[city] for city in nearest(wanted, by_city, cutoff=0.8)]
    found += [by_name[name] for name in nearest(wanted, by_name)]
    return found[0] if found else None
