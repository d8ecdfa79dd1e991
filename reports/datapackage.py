"""The description of a release as a Frictionless data package (datapackage.org, version 2)."""

from typing import Any

from accounts.reader import PUBLIC
from reports.files import MEDIA_TYPES
from reports.licences import OURS, SOURCES, Source
from reports.tables import Column, Kind, Table
from reports.tables.columns import BETWEEN, values

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
TYPES = {Kind.INTEGER: "integer", Kind.NUMBER: "number", Kind.BOOLEAN: "boolean", Kind.DAY: "date"}
LICENCE = {"name": "CC-BY-4.0", "title": OURS.name, "path": OURS.url}


def package(
    name: str, *, title: str, homepage: str, version: str, created: str, resources: list[Any]
) -> dict[str, Any]:
    """The whole package; `created` is a moment in ISO 8601."""
    found = {source.name: source for resource in resources for source in SOURCES.get(resource["name"], ())}
    return {
        "$schema": PROFILE,
        "name": name,
        "title": title,
        "homepage": homepage,
        "version": version,
        "created": created,
        "sources": [plain(source) for source in found.values()],
        "resources": resources,
    }


def resource(table: Table, file: str, size: int, digest: str) -> dict[str, Any]:
    """A table's CSV file."""
    keys = [
        {"fields": [column], "reference": {"resource": other, "fields": [key]}}
        for column, other, key in table.references
    ]
    made: dict[str, Any] = {
        "name": table.name,
        "type": "table",
        "path": file,
        "title": table.about,
        "format": "csv",
        "mediatype": MEDIA_TYPES["csv"].partition(";")[0],
        "encoding": "utf-8",
        "bytes": size,
        "hash": f"sha256:{digest}",
        "sources": [plain(source) for source in SOURCES[table.name]],
        "schema": {
            "fields": [described(table, column) for column in table.columns],
            "missingValues": [""],
            "primaryKey": list(table.key),
            "foreignKeys": keys,
        },
    }
    if any(source.licence for source in SOURCES[table.name]):
        made["licenses"] = [LICENCE]  # of what organisations record; the terms of the rest stand with its source
    return made


def described(table: Table, column: Column) -> dict[str, Any]:
    """A column as a field of a Table Schema."""
    made: dict[str, Any] = {"name": column.name, "type": TYPES.get(column.kind, "string"), "description": column.about}
    if column.kind.is_list:
        made |= {"type": "list", "delimiter": BETWEEN, "itemType": "string"}
    elif allowed := values(column, table.rows(PUBLIC).model):
        made["constraints"] = {"enum": [int(v) for v in allowed] if column.kind is Kind.INTEGER else allowed}
    if column.name in table.key:
        made.setdefault("constraints", {})["required"] = True
    return made


def plain(source: Source) -> dict[str, object]:
    """A source without an empty address, which the profile refuses."""
    return {name: value for name, value in source.plain().items() if value}
