import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Organisation
from history.log import Actor
from history.models import Origin
from imports.batches import Drifted
from imports.documents import Result, import_document
from imports.names import unknown_in
from imports.reading import UnreadableFile
from imports.sheets.roles import Role


class Command(BaseCommand):
    help = (
        "Import a document or a database's export (docs/importing.md): thematic list, report, addendum, UPR Info, "
        "UHRI, or a spreadsheet of statuses."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--state", metavar="ISO3", help="the State under review, where the document does not say")
        parser.add_argument("--session", type=int, metavar="N", help="the session, where the document does not say")
        parser.add_argument("--source", metavar="NAME", help="the kind of document, where it is not recognised")
        parser.add_argument(
            "--organisation", metavar="SLUG", help="whose drafts a spreadsheet or the comments of a list become"
        )
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="WHAT=HEADING",
            help="what a column of a spreadsheet holds, once for each: " + ", ".join(Role.values),
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, and write nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of sentences")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            result = import_document(
                options["file"],
                iso3=options["state"] or "",
                session=options["session"],
                source=options["source"] or "",
                organisation=_organisation(options["organisation"]),
                columns=options["map"],
                by=Actor(origin=Origin.IMPORT),
                dry_run=options["dry_run"],
            )
        except UnreadableFile as error:
            raise CommandError(f"{error} Nothing was changed.") from error
        except Drifted as error:
            message = "Somebody changed recommendations of this review while the file was read. Run the import again."
            raise CommandError(f"{message} Nothing was changed.") from error
        if options["json"]:
            self.stdout.write(json.dumps(result.to_json(), ensure_ascii=False))
        else:
            self._tell(result, dry_run=options["dry_run"])

    def _tell_unknown(self, result: Result) -> None:
        """Each unknown name with what it may mean; the page of the import settles it."""
        known = {each.printed: each.suggestions for each in unknown_in(result.facts, result.source)}
        for what, names in (("State", result.facts["unknown_states"]), ("term", result.facts["unknown_terms"])):
            for name in names:
                close = known.get(name)
                hint = f" (did you mean {' or '.join(map(str, close))}?)" if close else ""
                self.stdout.write(f"Unknown {what}: {name}{hint}")
        if more := result.facts.get("more_unknown"):
            self.stdout.write(f"Unknown, and not listed: {more} more names")

    def _tell(self, result: Result, *, dry_run: bool) -> None:
        found = result.to_json()
        responses = ", ".join(f"{number} {code}" for code, number in found["responses"].items() if number)
        if dry_run:
            self.stdout.write("Dry run: nothing was written.")
        self.stdout.write(f"{result.about}: {found['recommendations']} recommendations ({responses})")
        for row in found["rejected"]:
            self.stdout.write(f"Rejected: {row['place']}: {row['reason']} [{row['value']}]")
        for row in found["conflicts"]:
            fields = ", ".join(row["fields"])
            self.stdout.write(f"Conflict, left as it was: {row['label']} ({fields}): {row['reason']}")
        for warning in result.facts["warnings"]:
            self.stdout.write(f"Please look: {warning}")
        self._tell_unknown(result)
        counts = [f"{found[name]} {name}" for name in ("new", "changed", "unchanged")]
        counts += [f"{found['waiting']} waiting"] if found["waiting"] else []
        told = ("attached", "grouped", "passed_over")
        counts += [f"{found['rows'][name]} {name.replace('_', ' ')}" for name in told if found["rows"].get(name)]
        self.stdout.write(", ".join(counts))
        if found["batch"]:
            self.stdout.write(f"Import {found['batch']}; take it back with: manage.py undo_import {found['batch']}")


def _organisation(slug: str | None) -> Organisation | None:
    if slug is None:
        return None
    found = Organisation.objects.filter(slug=slug).first()
    if found is None:
        raise CommandError(f"There is no organisation “{slug}”. Use its short name. Nothing was changed.")
    return found
