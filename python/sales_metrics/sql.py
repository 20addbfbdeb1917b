"""Names and texts made safe to stand in SQL; values go in as parameters wherever they can."""

from __future__ import annotations


def quoted(*names: str) -> str:
    """An identifier, each part in double quotes."""
    return ".".join('"' + name.replace('"', '""') + '"' for name in names)


def literal(text: object) -> str:
    """A text where SQL takes no parameter, as in the path of a COPY."""
    return "'" + str(text).replace("'", "''") + "'"
