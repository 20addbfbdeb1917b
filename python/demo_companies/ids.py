"""Record ids as the CRM writes them."""

from __future__ import annotations

_SUFFIX_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
ORG = "Kd0"
"""What follows the three letters of the record type in every id of the demo company."""


def id_suffix(id15: str) -> str:
    """The three characters that complete a Salesforce id: which of its letters are capitals."""
    letters = ""
    for part in (id15[0:5], id15[5:10], id15[10:15]):
        bits = sum(1 << place for place, letter in enumerate(part) if "A" <= letter <= "Z")
        letters += _SUFFIX_LETTERS[bits]
    return letters


def salesforce_id(prefix: str, number: int) -> str:
    """The 18-character id of a record; the SQL macro `sf_id` says the same."""
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    id15 = prefix + ORG + digits.rjust(9, "0")
    return id15 + id_suffix(id15)
