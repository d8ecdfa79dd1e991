"""The description of a release as a Frictionless data package (datapackage.org, version 2)."""

import datetime
from typing import Any

from accounts.reader import PUBLIC
from reports.files import MEDIA_TYPES
from reports.licences import OURS, SOURCES, Source
from reports.tables import Column, Kind, Table
from reports.tables.columns import BETWEEN, values

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
TYPES = {Kind.INTEGER: "integer", Kind.NUMBER: "number", Kind.BOOLEAN: "boolean", Kind.DAY: "date"}
LICENCES = {OURS: "CC-BY-4.0"}
NO_LICENCE = "notspecified"  # as the Open Definition's list calls it


def package(
    name: str, *, title: str, homepage: str, version: str, created: datetime.date, citation: str, resources: list[Any]
) -> dict[str, Any]:
    """The whole package. Its profile wants the moment of making; a day is all that is told: its midnight stands."""
    found = {source.name: source for resource in resources for source in SOURCES.get(resource["name"], ())}
    return {
        "$schema": PROFILE,
        "name": name,
        "title": title,
        "homepage": homepage,
        "version": version,
        "created": f"{created}T00:00:00Z",
        "contributors": [{"title": "UPR Tracker", "roles": ["publisher"]}],
        "citation": citation,  # a key of our own
        "licenses": [licence(source) for source in found.values()],
        "sources": [plain(source) for source in found.values()],
        "resources": resources,
    }


def resource(table: Table, file: str, size: int, digest: str) -> dict[str, Any]:
    """A table's CSV file."""
    keys = [
        {"fields": [column], "reference": {"resource": other, "fields": [key]}}
        for column, other, key in table.references
    ]
    return {
        "name": table.name,
        "type": "table",
        "path": file,
        "title": table.about,
        "format": "csv",
        "mediatype": MEDIA_TYPES["csv"].partition(";")[0],
        "encoding": "utf-8",
        "bytes": size,
        "hash": f"sha256:{digest}",
        "licenses": [licence(source) for source in SOURCES[table.name]],
        "sources": [plain(source) for source in SOURCES[table.name]],
        "schema": {
            "fields": [described(table, column) for column in table.columns],
            "missingValues": [""],
            "primaryKey": list(table.key),
            "foreignKeys": keys,
        },
    }


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


def licence(source: Source) -> dict[str, str]:
    """On what terms a source may be used: its licence, or that none is stated and what is known instead."""
    title = f"{source.name}: {source.terms}"
    if source.licence is not None:
        return {"name": LICENCES[source.licence], "path": source.licence.url, "title": title}
    return {"name": NO_LICENCE, "title": title} | ({"path": source.url} if source.url else {})
