"""What is kept beside and after a call: long-term memory, recordings, where records go."""

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from frontdesk.agent.later import NotActiveYet
from frontdesk.agent.services import Section
from frontdesk.agent.types import Name, Url, like

Recording = Literal["off", "mono", "stereo"]


ADDRESS = r"[a-z0-9]+://[^\s/]+\S*"


def _address(value: str) -> str:
    if not re.fullmatch(ADDRESS, value):
        raise ValueError("must be an address such as s3://bucket/calls")
    return value


class VectorDBConfig(Section):
    """The store of long-term memory."""

    type: Annotated[Literal["Weaviate", "Chroma", "None"] | None, NotActiveYet(nothing=("None",))] = Field(
        None, description="Which store. Default: none."
    )


class EmbeddingConfig(Section):
    """The model that makes vectors of texts."""

    type: Annotated[Name | None, NotActiveYet()] = Field(
        None, description="Provider and model, such as OpenAI/text-embedding-3-small. Default: none."
    )


class Sink(Section):
    """One place that the record of a call is brought to: a folder, a webhook or a storage."""

    folder: Name | None = Field(None, description="A folder of this machine. Default: none.")
    webhook: Url | None = Field(None, description="A URL that is sent the record. Default: none.")
    secret: Name | None = Field(
        None, description="What the webhook's requests are signed with. Default: none."
    )
    storage: Annotated[Name, AfterValidator(_address), like(ADDRESS)] | None = Field(
        None, description="A bucket and path, such as s3://bucket/calls. Default: none."
    )

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if sum(place is not None for place in (self.folder, self.webhook, self.storage)) != 1:
            raise ValueError("must have one of `folder`, `webhook` and `storage`")
        if self.secret and self.webhook is None:
            raise ValueError("`secret` belongs to a `webhook`")
        return self
