"""Cells that a spreadsheet program would run as a formula, made harmless by an apostrophe, and read back without it."""

import re

# What makes a program calculate a cell when it opens a text file (OWASP, "CSV injection"), behind apostrophes or not.
FORMULA = re.compile(r"'*[=+\-@\t\r]")


def disarm(text: str) -> str:
    """The text as it may stand in a cell: one that could be a formula gets a leading apostrophe."""
    return f"'{text}" if FORMULA.match(text) else text


def rearm(text: str) -> str:
    """The text as it was before `disarm`: an apostrophe that protects a formula is taken off."""
    return text[1:] if text.startswith("'") and FORMULA.match(text[1:]) else text
