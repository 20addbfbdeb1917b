"""Both halves of the audit of one load: the raw folder before the build, the marts after it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from sales_metrics.contract import RawTable, project_vars, read_contract
from sales_metrics.dbt_runs.reading import Reading
from sales_metrics.expectations.checking import Finding, check
from sales_metrics.expectations.landing import Landing, refuse_unreadable, write_landing
from sales_metrics.expectations.losses import without
from sales_metrics.expectations.profile import Landed, profile_landing, write_profile
from sales_metrics.expectations.reconciling import write_drift, write_reconciliation
from sales_metrics.expectations.suites import marts_suite, raw_suite


@dataclass(frozen=True)
class Audit:
    project: Path
    contract: list[RawTable]
    landing: Landing
    database: Path

    @classmethod
    def of(cls, project: Path, raw: Path, database: Path, reading: Reading | None = None) -> Audit:
        """Reads every raw file once, in place; a file nobody can read stops it."""
        contract = read_contract(project)
        own_names = project_vars(project).get("raw_columns") or {}
        landing = write_landing(raw, database, contract, own_names, reading)
        refuse_unreadable(landing)
        return cls(project, contract, landing, database)

    @cached_property
    def landed(self) -> dict[str, Landed]:
        """The load in numbers."""
        return profile_landing(self.database, self.landing, self.contract)

    def raw_findings(
        self, last_load: Mapping[str, Any], accepted: Collection[str] = ()
    ) -> list[Finding]:
        """`accepted`: tables and columns that may be worse than in the last load."""
        last_load = without(last_load, accepted)
        write_profile(self.database, self.landed, last_load)
        today = dt.datetime.now(dt.UTC).date()
        suite = raw_suite(
            self.project,
            self.contract,
            self.landing.tables,
            today,
            values=self.landing.values,
            load=self.landed,
            last_load=last_load,
        )
        # Of a table the last load did not have there is nothing to compare.
        compared = [
            one
            for one in suite
            if one.schema != "profile" or one.arguments.get("subject") in last_load
        ]
        return check(self.database, compared)

    def mart_findings(self, work: Path, before: Path | None) -> list[Finding]:
        # A file of its own, for the landing is read meanwhile.
        comparison = self.database.with_name("comparison.duckdb")
        write_reconciliation(
            comparison,
            self.database,
            work,
            self.contract,
            self.landing.tables,
            self.project / "seeds" / "mappings" / "stage_map.csv",
            str(project_vars(self.project).get("reporting_currency", "USD")),
            self.landing.values,
        )
        write_drift(comparison, work, before)
        suite = [
            one for one in marts_suite(self.project) if one.table != "drift" or before is not None
        ]
        compared = [one for one in suite if one.schema == "profile"]
        return [
            *check(work, [one for one in suite if one.schema == "marts"]),
            *check(comparison, compared),
        ]
