"""The raw folder as a database of views, so that its files are checked where they lie."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import duckdb

from sales_metrics.errors import SalesMetricsError

READERS = {".parquet": "read_parquet('{}')", ".csv": "read_csv('{}', all_varchar = true)"}


def write_landing(raw_folder: Path, database: Path, columns: Iterable[str]) -> None:
    """Makes `database` with one view `<source>.<table>` per raw file.

    Columns are found whatever their spelling (`StageName`, `stagename`) and shown under the name
    they have in `columns`; others keep their own.
    """
    if not raw_folder.is_dir():
        raise SalesMetricsError(
            f"There is no raw folder {raw_folder}: set SALES_METRICS_RAW to the folder that holds"
            " one folder per source."
        )
    known = {_letters(column): column for column in columns}
    with duckdb.connect(str(database)) as connection:
        for file in sorted(raw_folder.glob("*/*")):
            if file.suffix not in READERS:
                continue
            relation = READERS[file.suffix].format(str(file.resolve()).replace("'", "''"))
            source, table = _quoted(file.parent.name), _quoted(file.stem)
            found = connection.execute(f"describe select * from {relation}").fetchall()
            selected = ", ".join(
                f"{_quoted(name)} as {_quoted(known.get(_letters(name), name))}"
                for name, *_ in found
            )
            connection.execute(f"create schema if not exists {source}")
            connection.execute(f"create view {source}.{table} as select {selected} from {relation}")


def _letters(name: str) -> str:
    return name.lower().replace("_", "")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
