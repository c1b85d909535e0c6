"""Tables of the settings file: what they have in common, and those with more than plain values."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator


class Section(BaseModel):
    """One table of the settings file: frozen, and unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class AudioSettings(Section):
    """Where recordings are kept; an empty URL is the folder ``audio`` in the home.

    ``s3://bucket/prefix`` is an object store; what else it needs may also stand in the usual
    AWS_ variables.
    """

    url: str = ""
    endpoint: str = ""
    region: str = ""
    access_key: str = Field("", repr=False)
    secret_key: str = Field("", repr=False)

    @property
    def in_bucket(self) -> bool:
        """Whether recordings are kept in an object store."""
        return self.url.startswith("s3://")

    @field_validator("url")
    @classmethod
    def _check_scheme(cls, url: str) -> str:
        place = urlsplit(url)
        if place.scheme not in ("", "file", "s3"):
            raise ValueError(
                f"audio is kept in a folder, a file:// or an s3:// URL, not in {place.scheme}://"
            )
        if place.scheme == "s3" and not re.fullmatch(r"s3://[\w.-]+(/[\w./-]*)?", url, re.ASCII):
            raise ValueError("an object store is s3://BUCKET or s3://BUCKET/PREFIX")
        return url

    @field_validator("endpoint")
    @classmethod
    def _check_endpoint(cls, endpoint: str) -> str:
        if endpoint and not re.fullmatch(r"https?://[^/\s]+/?", endpoint):
            raise ValueError("the endpoint is http://HOST:PORT or https://HOST")
        return endpoint
