"""E-mail addresses and phone numbers in texts: found, and masked.

Text a person typed turns up where nobody expects it: as a loss reason, a stage, a slice, the words
of an error. Sentences, pages and logs go through `masked`; the tables of a build through
`sales_metrics.publishing.masking`, which keeps keys apart.

Whether digits are a phone number is for the library phonenumbers to say, which knows the numbering
plans of all countries; here is only what may be one. Numbers without a country code count where
their writing tells them: an area code in brackets, 415-555-0100, or a word such as `Tel.` before.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

EMAIL, PHONE = "[e-mail]", "[phone]"
# As people in East Asia type them, too: full width.
_AT = "(?:[@\uff20\ufe6b]|%40)"
_DOT = "[.\uff0e\u3002\uff61]"
_PLUS = "[+\uff0b]"
MAY_BE_ADDRESS = _AT
# A cheap sieve for SQL: what it lets through is looked at here, what it holds back is clean.
MAY_BE_PERSONAL = rf"{_AT}|(\p{{Nd}}[^\p{{L}}\p{{Nd}}]{{0,4}}){{6}}\p{{Nd}}"

# Marks that write vowels and accents and are no letters for `re`.
_MARKS = (
    "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0900-\u0dff\u0e00-\u0eff\u0f00-\u0fff"
    "\u1000-\u109f\u1780-\u17ff\u200c\u200d"
)
# Bounded as the standards bound them, so that a long text costs no more than its length.
_LABEL = rf"[\w{_MARKS}](?:[\w{_MARKS}-]{{0,61}}[\w{_MARKS}])?"
_TOP = rf"(?:xn--[\w-]{{0,58}}\w|(?:[^\W\d_]|[{_MARKS}]){{2,63}})"
_ADDRESS = re.compile(
    rf"(?:\"[^\"@\n]{{1,64}}\"|[\w+{_MARKS}][\w.!#$%&'\u2019+^~{_MARKS}-]{{0,127}})"
    rf"{_AT}"
    rf"(?:(?:{_LABEL}{_DOT}){{1,10}}{_TOP}|\[[\da-fA-F:.]{{2,45}}\])"
)
_MAYBE_ADDRESS = re.compile(_AT)

_GAP = r"[^\S\n\d]|[\u200b-\u200d\u2060\u2010-\u2015\u2212.\-/()\[\]]"
_DAY = r"(?:19|20)\d\d[-./](?:0?[1-9]|1[0-2])[-./][0-3]?\d(?!\d)"
_STEP = rf"(?:(?!(?:{_GAP}){{1,3}}{_DAY})(?:{_GAP}){{0,3}}\d)"
_EXTENSION = r"(?:[^\S\n]*(?:extension|extn?\.?|x|durchwahl|dw)[^\S\n]*\d{1,6}(?!\d))?"
_ABROAD = re.compile(
    rf"[(\[]?(?:(?<!\d)(?P<plus>{_PLUS})(?:{_GAP}){{0,2}}"
    rf"|(?<![\w+])(?<!\d[.,:/-])(?:00|011(?={_GAP}))(?:{_GAP}){{0,2}})"
    rf"(?=[^\W0]){_STEP}{{7,19}}(?!\d){_EXTENSION}(?(plus)|(?!\w))",
    re.IGNORECASE,
)
_IN_BRACKETS = re.compile(
    r"(?<![\w)])\((?!(?:19|20)\d\d\))\d{2,5}\)[ .\-/]?\d{3,4}[ .\-/]?\d{3,4}(?!\d)" + _EXTENSION,
    re.IGNORECASE,
)
_NORTH_AMERICAN = re.compile(
    r"(?<![\w.+/-])(?:1[ .-])?[2-9]\d{2}(?P<gap>[ .-])[2-9]\d{2}(?P=gap)\d{4}(?![\w/-]|[.,]\d)"
    + _EXTENSION,
    re.IGNORECASE,
)
_LABELLED = re.compile(
    r"(?<!\w)(?:tel|t[eé]l[eé]phone|telephone|telefono?|tel[eé]fono|phone|mobile?|mob|cell|handy"
    r"|m[oó]vil|fax|whatsapp|sms)(?!\w)\W{0,3}(?:(?:number|nr|no|#)\W{0,3})?"
    rf"(?P<number>(?!{_DAY})\(?\d{_STEP}{{6,14}}(?!\d){_EXTENSION})",
    re.IGNORECASE,
)
_MAYBE_NUMBER = re.compile(
    rf"(?:(?:{_PLUS}|[(\[])\D{{0,3}}\d|00|011|\d{{3}}[ .-]\d{{3}}[ .-]\d{{4}}"
    r"|t[eé]l|phone|mob|cell|handy|m[oó]vil|fax|whatsapp|sms)",
    re.IGNORECASE,
)
# What counts goods in groups of three, and what stands behind a word for papers, is no number.
_THOUSANDS = re.compile(r"\+?\s?\d{1,3}(?:([ .\u00a0\u202f])\d{3})(?:\1\d{3})*")
_PAPERS = re.compile(
    r"(?:#|(?<!\w)(?:order|po|so|invoice|inv|ticket|case|ref|quote|contract|id|nr|no)\.?)\W{0,3}\Z",
    re.IGNORECASE,
)
# Of digits without a gap these lengths are ids of records and not the shortest way to write 00.
_LENGTHS_OF_IDS = (15, 18)

Tag = Callable[[str], str]


def masked(text: str, tag: Tag | None = None) -> str:
    """The text with `[e-mail]` and `[phone]` for what it holds of a person.

    With a `tag` for what was there, two texts that differ stay two: `[e-mail k3c7wq2f]`.
    """
    found = list(personal(text))
    for start, end, word in reversed(found):
        shown = f"{word[:-1]} {tag(text[start:end])}]" if tag else word
        text = text[:start] + shown + text[end:]
    return text


def masked_lines(text: str) -> str:
    """A log masked, line by line."""
    return "".join(masked(line) for line in text.splitlines(keepends=True))


def masked_all(content: Any) -> Any:
    """Every text of a JSON value masked."""
    if isinstance(content, str):
        return masked(content)
    if isinstance(content, dict):
        return {masked(key): masked_all(value) for key, value in content.items()}
    if isinstance(content, (list, tuple)):
        return [masked_all(value) for value in content]
    return content


def personal(text: str) -> Iterator[tuple[int, int, str]]:
    """Where addresses and numbers stand, in order, and the word for each."""
    found: list[tuple[int, int, str]] = []
    if _MAYBE_ADDRESS.search(text):
        found = [(*match.span(), EMAIL) for match in _ADDRESS.finditer(text)]
        for start, end, _ in found:
            # An address may hold digits; what is left keeps its place.
            text = f"{text[:start]}{'@' * (end - start)}{text[end:]}"
    if _MAYBE_NUMBER.search(text):
        for start, end in _numbers(text):
            if all(end <= one[0] or start >= one[1] for one in found):
                found.append((start, end, PHONE))
    yield from sorted(found)


def is_address(text: str) -> bool:
    """Whether an address stands anywhere in the text."""
    return any(word == EMAIL for _, _, word in personal(text))


def is_number(text: str) -> bool:
    """Whether the text as a whole is a phone number with a country code."""
    return text.startswith("+") and list(personal(text)) == [(0, len(text), PHONE)]


def _numbers(text: str) -> Iterator[tuple[int, int]]:
    for match in _ABROAD.finditer(text):
        start = match.start()
        end = _end_of_number(match.group(), bool(match.group("plus")), text[:start])
        if end:
            # A bracket that closes behind the number opened before it.
            start += match.group()[0] in "([" and not set(match.group()[1:end]) & set(")]")
            yield start, match.start() + end
    for match in _IN_BRACKETS.finditer(text):
        if not re.search(r"[ .]\d?000\Z", match.group()):
            yield match.span()
    for match in _NORTH_AMERICAN.finditer(text):
        if not _PAPERS.search(text[: match.start()]) and _judged("+1" + match.group()[-12:])[1]:
            yield match.span()
    for match in _LABELLED.finditer(text):
        number = match.group("number")
        grouped = not number.isdigit() and not _THOUSANDS.fullmatch(number)
        if grouped or (number.isdigit() and len(number) >= 9):
            yield match.span("number")


def _end_of_number(found: str, plus: bool, before: str) -> int:
    """How much of a candidate is a number; its last groups may be something else. 0: none."""
    ends = [len(found), *(gap.start() for gap in re.finditer(rf"(?:{_GAP})+", found))]
    possible = 0
    for end in sorted(set(ends), reverse=True):
        part = found[:end]
        digits = re.sub(r"\D", "", part if plus else re.sub(r"^\W*(?:00|011)", "", part))
        if len(digits) < 7:
            break
        is_possible, is_valid = _judged(part if plus else "+" + re.sub(r"^\W*(?:00|011)", "", part))
        if is_valid and (plus or not _like_an_id(part, before)):
            return end
        if plus and is_possible and not _THOUSANDS.fullmatch(part):
            possible = possible or end
    return possible


def _like_an_id(part: str, before: str) -> bool:
    compact = part.isdigit()
    return bool(_PAPERS.search(before)) or (
        compact and (len(part) in _LENGTHS_OF_IDS or part.startswith("001"))
    )


def _judged(number: str) -> tuple[bool, bool]:
    """Whether a number with its country code is possible by its length, and whether it is valid."""
    # Imported here, so that commands that meet no number start without it.
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number.lstrip("([ "), None)
    except phonenumbers.NumberParseException:
        return False, False
    reason = phonenumbers.is_possible_number_with_reason(parsed)
    possible = reason == phonenumbers.ValidationResult.IS_POSSIBLE
    return possible, phonenumbers.is_valid_number(parsed)
