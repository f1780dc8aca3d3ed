"""Speak another language."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field

from frontdesk.agent.languages import languages_of
from frontdesk.tools.context import FrontdeskContext
from frontdesk.tools.options import tool

CONSTANTS = {
    "languages": "The codes of the languages to choose from, a list or a text with commas; left out: those"
    " that the agent file has texts or voices for, or where that is one, any."
}


@tool(constants=CONSTANTS)
async def switch_language(
    ctx: FrontdeskContext, language: Annotated[str, Field(min_length=2, max_length=35)]
) -> dict[str, Any]:
    """Hear, think and speak in another language from now on. Use it when the other side asks for another
    language or goes on in one.

    Args:
        language: The language as its two-letter code, such as es for Spanish, de for German or fr for French.
    """
    spoken = await ctx.actions.switch_language(language, _choice(ctx))
    return {"language": spoken, "next": "go on in this language"}


def _choice(ctx: FrontdeskContext) -> Sequence[str]:
    """The languages that may be switched to; empty for any."""
    configured = ctx.constants.get("languages")
    if isinstance(configured, str):
        configured = configured.split(",")
    if configured:
        return [str(code).strip() for code in configured]
    known = languages_of(ctx.agent)
    return known if len(known) > 1 else []
