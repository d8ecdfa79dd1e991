"""On what terms each part of the record may be used, as far as it is stated; what is not stated is not made up."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Licence:
    """Terms of use by their usual name, and where they stand."""

    name: str
    url: str


OURS = Licence("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/")


@dataclass(frozen=True)
class Source:
    """Where rows come from, and on what terms."""

    name: str
    url: str
    terms: str
    licence: Licence | None = None

    def plain(self) -> dict[str, object]:
        """The source in the words of a Frictionless package; its terms are a key of our own."""
        return {"title": self.name, "path": self.url, "terms": self.terms}


UNITED_NATIONS = Source(
    "Documents of the United Nations",
    "https://www.ohchr.org/en/hr-bodies/upr/upr-home",
    "Official documents, quoted with their symbol. The United Nations state terms of use on their sites.",
)
UHRI = Source(
    "Universal Human Rights Index, OHCHR",
    "https://uhri.ohchr.org/",
    "No licence is stated in its export; name the source.",
)
UPR_INFO = Source(
    "UPR Info's database of recommendations",
    "https://upr-info.org/",
    "No licence is stated in its export; name the source, and ask it before republishing.",
)
VOICES = Source(
    "Organisations named on each record",
    "",
    "What organisations record here may be used under CC BY 4.0, naming them.",
    OURS,
)
REFERENCE = Source(
    "Vocabularies of this site", "", "Facts and names; where each comes from stands in docs/reference-data.md."
)

# By table, where its rows come from.
SOURCES: dict[str, tuple[Source, ...]] = {
    "recommendations": (UNITED_NATIONS, VOICES, UHRI, UPR_INFO),
    "dyads": (UNITED_NATIONS, VOICES),
    "positions": (UNITED_NATIONS, UHRI, UPR_INFO),
    "assessments": (VOICES,),
    "leads": (VOICES,),
    "mentions": (UPR_INFO, UHRI),
    "reviews": (UNITED_NATIONS,),
    "sessions": (UNITED_NATIONS,),
    "documents": (UNITED_NATIONS,),
    "states": (REFERENCE,),
    "issues": (UPR_INFO, UNITED_NATIONS),
    "groups": (UNITED_NATIONS,),
    "goals": (UNITED_NATIONS,),
}
