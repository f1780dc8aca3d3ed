"""How a call is conducted: opening hours, silence, voice activity, turns, audio and measuring."""

from datetime import time
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from frontdesk.agent.later import NotActiveYet
from frontdesk.agent.services import Section
from frontdesk.agent.types import Clock, Number, Whole, number

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class CalendarConfig(Section):
    """When appointments can be booked, in the agent's timezone."""

    days: list[Weekday] = Field(
        default_factory=lambda: list(WEEKDAYS[:5]),
        min_length=1,
        description="Open days. Default: mon to fri.",
    )
    opens: Clock = Field(time(9), description="Start of a day's first slot, HH:MM. Default: 09:00.")
    closes: Clock = Field(time(17), description="End of a day's last slot, HH:MM. Default: 17:00.")
    slot_minutes: Whole = Field(30, ge=5, le=480, description="Length of a slot in minutes. Default: 30.")
    horizon_days: Whole = Field(
        14, ge=1, le=366, description="How many days ahead can be booked. Default: 14."
    )
    lead_minutes: Whole = Field(
        60, ge=0, le=10_080, description="The least time from now to a slot in minutes. Default: 60."
    )

    @model_validator(mode="after")
    def _closes_later(self) -> Self:
        if self.closes <= self.opens:
            raise ValueError("`closes` must be later than `opens`")
        return self


class IdleConfig(Section):
    """What happens when the caller falls silent."""

    is_on: bool = Field(
        True, description="End the call when the caller stays silent; if not, 300 s do. Default: true."
    )
    timeout: Number = Field(
        10.0,
        gt=0,
        le=3600,
        description="Seconds of silence that end a call; halfway we ask. Default: 10.",
    )


class VADConfig(Section):
    """Voice activity detection."""

    confidence: Number = Field(
        0.7, ge=0, le=1, description="How sure it must be that someone speaks. Default: 0.7."
    )
    min_volume: Number = Field(0.3, ge=0, le=1, description="The least loudness of speech. Default: 0.3.")
    start_secs: Number = Field(0.2, gt=0, le=10, description="Seconds of speech to start. Default: 0.2.")
    stop_secs: Number = Field(0.4, gt=0, le=10, description="Seconds of silence to stop. Default: 0.4.")


class PipelineConfig(Section):
    """How the audio and the measuring of a call are set up."""

    audio_in_sample_rate: Annotated[int, Field(ge=8000, le=48_000), BeforeValidator(number)] | None = Field(
        None,
        description="Sample rate of the caller's audio in Hz. Default: the line's.",
    )
    allow_interruptions: bool = Field(True, description="The caller may interrupt. Default: true.")
    enable_metrics: bool = Field(True, description="Measure how long services take. Default: true.")
    report_only_initial_ttfb: bool = Field(
        False, description="Measure only the first time to first byte of each service. Default: false."
    )
    enable_usage_metrics: bool = Field(True, description="Count tokens and characters. Default: true.")


class TurnsConfig(Section):
    """How long the agent waits before it takes its turn."""

    preset: Annotated[Literal["fast", "balanced", "patient"], NotActiveYet()] = Field(
        "balanced", description="fast interrupts sooner, patient waits longer. Default: balanced."
    )
