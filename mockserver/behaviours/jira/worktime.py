"""Durations as people write them, in the working time of the site: ``1w 2d 3h 4m``.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-worklogs/
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from mockserver.behaviours.jira.words import Refused
from mockserver.engine.site import Site
from mockserver.values import Json

MINUTE, HOUR = 60, 3600
LONGEST = 10**12  # seconds
_PART = re.compile(r"\s*([0-9]{1,12}(?:[.,][0-9]{1,6})?)\s*([wdhm]?)(?=\s|[0-9]|$)", re.IGNORECASE)


def units(site: Site) -> Mapping[str, float]:
    """Seconds of a week, a day, an hour and a minute of work."""
    day = site.settings["workingHoursPerDay"] * HOUR
    return {"w": day * site.settings["workingDaysPerWeek"], "d": day, "h": HOUR, "m": MINUTE}


def seconds(site: Site, text: Json) -> int:
    """A duration in seconds; a number alone is minutes. Raises Refused("bad_duration")."""
    if isinstance(text, (int, float)) and not isinstance(text, bool):
        text = str(text)
    if not isinstance(text, str) or not text.strip() or len(text) > 100:
        raise Refused("bad_duration", value=text)
    known, total, at = units(site), 0.0, 0
    rest = text.strip()
    while at < len(rest):
        part = _PART.match(rest, at)
        if part is None:
            raise Refused("bad_duration", value=text)
        total += float(part[1].replace(",", ".")) * known[part[2].lower() or "m"]
        at = part.end()
    if total > LONGEST:
        raise Refused("bad_duration", value=text)
    return round(total)


def spoken(site: Site, given: float) -> str:
    """Seconds as the largest units that fit, each once; what is less than a minute is not told."""
    left = int(given)
    words = []
    for name, size in units(site).items():
        if size and left >= size:
            words.append(f"{int(left // size)}{name}")
            left -= int(left // size * size)
    return " ".join(words) or "0m"
