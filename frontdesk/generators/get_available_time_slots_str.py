"""Free appointment times, as text for a prompt."""

import json

from frontdesk.agent import AgentConfig
from frontdesk.calendar import calendar_of
from frontdesk.call import Call
from frontdesk.tools.when import slot_text

# As far as a prompt needs to see: open days with a free time, and times in all.
DAYS = 5
SLOTS = 100


async def get_available_time_slots_str(call: Call, agent: AgentConfig) -> str:
    """The free times of the next five open days, at most 100, as JSON: `["2026-03-03T14:30", …]`."""
    free = await calendar_of(agent).free_slots(limit=SLOTS)
    days = sorted({slot.date() for slot in free})[:DAYS]
    return json.dumps([slot_text(slot) for slot in free if slot.date() in days])
