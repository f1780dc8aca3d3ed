"""Dana of Petal Flowers tells callers where their order is."""

from pipecat.runner.run import main
from pipecat.runner.types import RunnerArguments
from pipecat.services.openai.llm import OpenAILLMService

from frontdesk import AgentConfig, ToolContext, answer

ORDERS = {"1001": "arrives before noon", "1002": "not yet packed"}


async def look_up_order(ctx: ToolContext, number: str) -> dict[str, str]:
    """Look up where an order is, by its number of four digits."""
    return {"state": ORDERS.get(number, "unknown")}


DANA = AgentConfig(
    instructions="You are Dana of Petal Flowers. Tell callers where their order is, in one sentence.",
    greeting="Petal Flowers, this is Dana. What is your order number?",
    tools=[look_up_order, "end_call"],
)


async def bot(runner_args: RunnerArguments) -> None:
    """Take one call."""
    await answer(runner_args, DANA, llm=lambda call: OpenAILLMService())


if __name__ == "__main__":
    main()
