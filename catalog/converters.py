"""Asset ids in page addresses.

An id may hold slashes (`s3://bucket/key`) and stays readable in the address. Three segments would
be taken for something else there: `-` divides the id from a tab (`…/-/history`), and browsers
resolve `.` and `..`. Those, and what looks escaped already, get a `%` in front.
"""

import re

from django.urls import register_converter
from django.urls.converters import PathConverter

_ODD = re.compile(r"(?:\.{1,2}|-|%.*)", re.DOTALL)


class AssetIdConverter(PathConverter):
    """`<asset_id:asset_id>` in a route."""

    def to_python(self, value: str) -> str:
        segments = value.split("/")
        if "-" in segments:
            raise ValueError("a tab of an asset: the route of another page, maybe another app's")
        return "/".join(segment.removeprefix("%") for segment in segments)

    def to_url(self, value: str) -> str:
        return "/".join("%" + s if _ODD.fullmatch(s) else s for s in value.split("/"))


register_converter(AssetIdConverter, "asset_id")
