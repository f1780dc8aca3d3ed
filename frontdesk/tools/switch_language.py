"""Speak another language."""

from typing import Annotated, Any

from pydantic import Field

from frontdesk.tools.context import FrontdeskContext


async def switch_language(
    ctx: FrontdeskContext, language: Annotated[str, Field(min_length=2, max_length=35)]
) -> dict[str, Any]:
    """Hear, think and speak in another language from now on. Use it when the other side asks for another
    language or goes on in one.

    Args:
        language: The language as its two-letter code, such as es for Spanish, de for German or fr for French.
    """
    await ctx.actions.switch_language(language)
    return {"language": language}
