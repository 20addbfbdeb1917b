"""Both halves of the audit of one load: the raw folder before the build, the marts after it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from sales_metrics.dbt_runs.reading import Reading
from sales_metrics.expectations.checking import Finding, check
from sales_metrics.expectations.landing import write_landing
from sales_metrics.expectations.losses import without
from sales_metrics.expectations.profile import Landed, profile_landing, write_profile
from sales_metrics.expectations.reconciling import (
    STAGE_COLUMNS,
    write_drift,
    write_reconciliation,
)
from sales_metrics.expectations.suites import Severity, marts_suite, raw_suite
from sales_metrics.project import configured_rows


@dataclass(frozen=True)
class Audit:
    project: Path
    reading: Reading
    database: Path

    @classmethod
    def of(cls, project: Path, reading: Reading, database: Path) -> Audit:
        """Reads the raw files in place, as dbt told it reads them."""
        write_landing(reading.files, database)
        return cls(project, reading, database)

    @cached_property
    def landed(self) -> dict[str, Landed]:
        """The load in numbers."""
        return profile_landing(self.database, self.reading.files)

    def raw_findings(
        self, last_load: Mapping[str, Any], accepted: Collection[str] = ()
    ) -> list[Finding]:
        """`accepted`: tables and columns that may be worse than in the last load."""
        last_load = without(last_load, accepted)
        write_profile(self.database, self.landed, last_load)
        today = dt.datetime.now(dt.UTC).date()
        suite = raw_suite(self.project, self.reading.files, today, self.landed, last_load)
        # Of a table the last load did not have there is nothing to compare.
        compared = [
            one
            for one in suite
            if one.schema != "profile" or one.arguments.get("subject") in last_load
        ]
        return check(self.database, compared)

    def mart_findings(
        self, work: Path, before: Path | None, drift: Severity = "error"
    ) -> list[Finding]:
        """`drift`: how grave it is that numbers of the past are others than in `before`."""
        # A file of its own, for the landing is read meanwhile.
        comparison = self.database.with_name("comparison.duckdb")
        write_reconciliation(
            comparison,
            self.database,
            work,
            self.reading.files,
            configured_rows(self.project, "stage_map", None, *STAGE_COLUMNS),
            self.reading.currency,
        )
        write_drift(comparison, work, before)
        suite = [
            one
            for one in marts_suite(self.project, self.reading.currency, drift)
            if one.table != "drift" or before is not None
        ]
        compared = [one for one in suite if one.schema == "profile"]
        return [
            *check(work, [one for one in suite if one.schema == "marts"]),
            *check(comparison, compared),
        ]
