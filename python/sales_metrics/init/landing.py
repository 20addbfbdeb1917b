"""What lies in a raw folder or a database: tables and their columns, whoever laid them there.

Of a CSV file the encoding, the divider and the line of the header are found by looking. Every value
of it, as of JSON objects, stays the text it is: what a text means is the question of `formats`.
"""

from __future__ import annotations

import csv
import re
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from sales_metrics.errors import SalesMetricsError, about
from sales_metrics.sql import literal, quoted

DATABASES = (".duckdb", ".db", ".ddb")
# What holds a table, by the end of its name; of JSON an object a row.
TABLES = {
    "csv": re.compile(r"[.](csv|tsv)$", re.IGNORECASE),
    "json": re.compile(r"[.](jsonl|ndjson|json)([.](gz|zst))?$", re.IGNORECASE),
    "parquet": re.compile(r"[.](parquet|pq)$", re.IGNORECASE),
}
# Where a database is attached; the profile that `writing` writes gives it the same name.
ATTACHED = "raw"
DIVIDERS = (",", ";", "\t", "|")
# Schemas and tables in which loaders and DuckDB keep their own.
OWN = re.compile(r"^[._]|_staging$|^(information_schema|pg_catalog|system|temp)$")
# How loaders name the files that are one table together: numbers, hashes, parts.
PART = re.compile(r"^(part-.*|data_\d.*|[0-9a-f._-]*\d[0-9a-f._-]*)$")
SAMPLE_BYTES = 262_144
SAMPLE_LINES = 60


@dataclass(frozen=True)
class Found:
    """A table as it lies there."""

    name: str
    # The folder or schema around it.
    group: str
    place: str
    # SQL to read it; of a CSV file every column is text.
    relation: str
    # Physical type by name.
    columns: dict[str, str]
    rows: int
    # Staging can read the file as it stands.
    is_plain: bool = False
    path: Path | None = None
    # The table is the folder around the files, of which `path` is the first.
    is_folder: bool = False


@dataclass(frozen=True)
class Landing:
    place: Path
    tables: tuple[Found, ...]
    # Files that no table was found in, each with the reason.
    unread: tuple[str, ...]
    # What as_of.csv says, if it is there.
    as_of: str | None = None

    @property
    def is_database(self) -> bool:
        return self.place.is_file() and self.place.suffix.lower() in DATABASES


def look(place: Path, connection: duckdb.DuckDBPyConnection, copies: Path) -> Landing:
    """All tables of a folder, a file or a DuckDB database.

    `copies`: the folder for files that have to be written anew in UTF-8 to be read.
    """
    if not place.exists():
        raise SalesMetricsError(
            f"There is nothing at {place}: name the folder that holds the exports, one file of them"
            " or a DuckDB database file."
        )
    if place.is_file() and place.suffix.lower() in DATABASES:
        return Landing(place, tuple(_of_database(place, connection)), ())
    if place.is_file() and not _format(place):
        raise SalesMetricsError(
            f"{place} is no file of CSV, JSON lines or Parquet and no DuckDB database: export it as"
            " CSV."
        )
    return _of_folder(place, connection, copies)


def _of_database(place: Path, connection: duckdb.DuckDBPyConnection) -> Iterator[Found]:
    with about(place):
        connection.execute(f"attach {literal(place)} as {ATTACHED} (read_only)")
    listed = connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = ?"
        " union all select schema_name, view_name from duckdb_views()"
        " where database_name = ? and not internal order by all",
        [ATTACHED, ATTACHED],
    ).fetchall()
    for schema, name in listed:
        if OWN.search(schema) or OWN.search(name):
            continue
        relation = quoted(ATTACHED, schema, name)
        columns = described(connection, relation)
        yield Found(
            name, schema, f"{schema}.{name}", relation, columns, _count(connection, relation)
        )


def _of_folder(place: Path, connection: duckdb.DuckDBPyConnection, copies: Path) -> Landing:
    found: list[Found] = []
    unread: list[str] = []
    as_of = None
    root = place if place.is_dir() else place.parent
    for folder, files in _folders(place):
        if (
            folder != root
            and len(files) > 0
            and all(PART.match(_stem(one).lower()) for one in files)
        ):
            found.append(
                _together(folder.name, folder.parent, root, files, connection, copies, True)
            )
            continue
        for stem, parts in _by_stem(files).items():
            if stem == "as_of":
                as_of = _day_of(parts[0])
                continue
            try:
                found.append(
                    _together(stem, folder, root, parts, connection, copies)
                    if len(parts) > 1
                    else _of_file(parts[0], root, connection, copies)
                )
            except (SalesMetricsError, duckdb.Error, UnicodeError, csv.Error) as error:
                told = str(error).splitlines()[0]
                unread.append(f"{parts[0].relative_to(root)}: {told}")
    for path in sorted(root.rglob("*")) if place.is_dir() else []:
        is_own = any(OWN.search(part) for part in path.relative_to(root).parts)
        if path.is_file() and path.suffix and not _format(path) and not is_own:
            unread.append(f"{path.relative_to(root)}: a {path.suffix} file is not read")
    return Landing(place, tuple(found), tuple(unread), as_of)


def _folders(place: Path) -> Iterator[tuple[Path, list[Path]]]:
    """Each folder that holds files of tables, down to three below the place."""
    if place.is_file():
        yield place.parent, [place]
        return
    folders = [place, *sorted(path for path in place.rglob("*") if path.is_dir())]
    for folder in folders:
        inner = folder.relative_to(place).parts
        if len(inner) > 3 or any(OWN.search(part) for part in inner):
            continue
        files = [
            path
            for path in sorted(folder.iterdir())
            if path.is_file() and _format(path) and not OWN.search(path.name)
        ]
        if files:
            yield folder, files


def _by_stem(files: Sequence[Path]) -> dict[str, list[Path]]:
    """Files by name without numbers: the exports of several months are one table.

    Only where more than one is left without a number would be lost; a single one keeps its name.
    """
    found: dict[tuple[str, str | None], list[Path]] = {}
    for path in files:
        stem = re.sub(r"[\W_]*\d[\d\W_]*$", "", _stem(path))
        found.setdefault((stem or _stem(path), _format(path)), []).append(path)
    named: dict[str, list[Path]] = {}
    for (stem, _), parts in found.items():
        # The same name as Parquet and as CSV: staging reads the Parquet file.
        named[stem if len(parts) > 1 else _stem(parts[0])] = parts
    return named


def _together(
    name: str,
    folder: Path,
    root: Path,
    files: Sequence[Path],
    connection: duckdb.DuckDBPyConnection,
    copies: Path,
    is_folder: bool = False,
) -> Found:
    """Several files as one table; a column that one of them lacks is empty there.

    Staging reads a folder of files of one kind as it stands, and never two files of one folder.
    """
    parts = [_of_file(path, root, connection, copies) for path in files]
    relation = " union all by name ".join(f"select * from {part.relation}" for part in parts)
    relation = f"({relation})"
    group = "" if folder == root else folder.name
    return Found(
        name=name,
        group=group,
        place=f"{files[0].parent.relative_to(root)}/ ({len(files)} files)",
        relation=relation,
        columns=described(connection, relation),
        rows=sum(part.rows for part in parts),
        is_plain=is_folder
        and all(part.is_plain for part in parts)
        and len({_format(one) for one in files}) == 1,
        path=files[0],
        is_folder=is_folder,
    )


def _of_file(path: Path, root: Path, connection: duckdb.DuckDBPyConnection, copies: Path) -> Found:
    group = "" if path.parent == root else path.parent.name
    place = str(path.relative_to(root))
    if _format(path) == "parquet":
        relation = f"read_parquet({_glob(path)})"
        is_plain = path.suffix.lower() == ".parquet"
    elif _format(path) == "json":
        relation, is_plain = _json_relation(path, connection), True
    else:
        relation, is_plain = _csv_relation(path, copies / path.relative_to(root))
    columns = described(connection, relation)
    rows = _count(connection, relation)
    return Found(_stem(path), group, place, relation, columns, rows, is_plain, path)


def _format(path: Path) -> str | None:
    return next((name for name, end in TABLES.items() if end.search(path.name)), None)


def _stem(path: Path) -> str:
    """The name of the file without what tells its format."""
    return next(
        (end.sub("", path.name) for end in TABLES.values() if end.search(path.name)), path.stem
    )


def _json_relation(path: Path, connection: duckdb.DuckDBPyConnection) -> str:
    """SQL that reads JSON objects as rows, each key a column of texts, as staging does."""
    objects = f"read_json_objects([{_glob(path)}])"
    columns: dict[str, str] = {}
    # Airbyte lays its rows into one object of the row.
    for within in ("", '."_airbyte_data"'):
        keys = connection.execute(
            f"select distinct unnest(json_keys(json, {literal('$' + within)})) as key"
            f" from {objects} order by 1"
        ).fetchall()
        for (key,) in keys:
            if '"' not in key and "'" not in key and key.lower() not in columns:
                pointer = literal(f'${within}."{key}"')
                columns[key.lower()] = f"json_extract_string(json, {pointer}) as {quoted(key)}"
    if not columns:
        raise SalesMetricsError(f"{path.name} holds no objects")
    return f"(select {', '.join(columns.values())} from {objects})"


def _csv_relation(path: Path, copy: Path) -> tuple[str, bool]:
    """SQL that reads a CSV file or its copy in UTF-8; whether staging reads it as it stands."""
    with path.open("rb") as file:
        sample = file.read(SAMPLE_BYTES)
    if not sample.strip():
        raise SalesMetricsError(f"{path.name} is empty")
    encoding, text = _decoded(sample, is_cut=path.stat().st_size > SAMPLE_BYTES)
    divider, header = _shape(text)
    read = path if encoding == "utf-8" else _copied(path, copy, encoding)
    options = {
        "header": "true",
        "delim": literal(divider),
        "quote": "'\"'",
        "escape": "'\"'",
        "skip": str(header),
        "nullstr": "''",
        "strict_mode": "false",
        "null_padding": "true",
        # A text may hold line breaks.
        "parallel": "false",
        "auto_detect": "false",
        "columns": _column_types(text, divider, header),
    }
    written = ", ".join(f"{name} = {value}" for name, value in options.items())
    is_plain = encoding == "utf-8" and divider == "," and path.suffix.lower() == ".csv"
    return f"read_csv({_glob(read)}, {written})", is_plain


def _copied(path: Path, copy: Path, encoding: str) -> Path:
    copy.parent.mkdir(parents=True, exist_ok=True)
    with (
        path.open(encoding=encoding, errors="replace", newline="") as old,
        copy.open("w", encoding="utf-8", newline="") as new,
    ):
        shutil.copyfileobj(old, new)
    return copy


def _column_types(text: str, divider: str, header: int) -> str:
    names: list[str] = []
    for place, cell in enumerate(_rows(text, divider)[header]):
        name = cell.strip().lstrip("\ufeff") or f"column{place}"
        taken = {one.lower() for one in names}
        names.append(f"{name}_{place}" if name.lower() in taken else name)
    return "{" + ", ".join(f"{literal(name)}: 'varchar'" for name in names) + "}"


def _decoded(sample: bytes, is_cut: bool) -> tuple[str, str]:
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16", sample[: len(sample) // 2 * 2].decode("utf-16", "replace")
    try:
        return "utf-8", sample.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # A sample may end within a letter.
        if is_cut and error.start > len(sample) - 4:
            return "utf-8", sample[: error.start].decode("utf-8-sig")
        return "cp1252", sample.decode("cp1252", "replace")


def _shape(text: str) -> tuple[str, int]:
    """The divider that cuts most lines into equally many cells, and the line of the header."""
    best = (0.0, 0, ",", 0)
    for divider in DIVIDERS:
        rows = _rows(text, divider)
        counts = Counter(len(row) for row in rows if any(cell.strip() for cell in row))
        cells, lines = max(counts.items(), key=lambda one: (one[1] * (one[0] > 1), one[0]))
        if cells == 1:
            continue
        share = lines / sum(counts.values())
        header = next(place for place, row in enumerate(rows) if len(row) == cells)
        if (share > 0.5, cells) > (best[0] > 0.5, best[1]):
            best = (share, cells, divider, header)
    return best[2], best[3]


def _rows(text: str, divider: str) -> list[list[str]]:
    reader = csv.reader(text.splitlines(keepends=True), delimiter=divider)
    rows = []
    for row in reader:
        rows.append(row)
        if len(rows) == SAMPLE_LINES:
            break
    return rows


def described(connection: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    rows = connection.execute(f"describe select * from {relation}").fetchall()
    return {name: kind.lower() for name, kind, *_ in rows}


def _count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    return int(connection.execute(f"select count(*) from {relation}").fetchall()[0][0])


def _glob(path: Path) -> str:
    """A path as a text in SQL, its wildcards standing for themselves."""
    return literal(re.sub(r"([][*?])", r"[\1]", str(path.resolve())))


def _day_of(path: Path) -> str | None:
    found = re.search(r"\d{4}-\d{2}-\d{2}", path.read_text(encoding="utf-8", errors="replace"))
    return found[0] if found else None
