"""The scheduled job: freshness, raw expectations, build, mart expectations, publish, report."""

from __future__ import annotations

import dataclasses
import datetime as dt
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

from sales_metrics.breaches.delivery import Delivered, deliver_or_warn, prepare
from sales_metrics.dbt_runs import dbt
from sales_metrics.dbt_runs.reading import Reading, ask_reading
from sales_metrics.errors import (
    CHECK_FAILED,
    PUBLISHED,
    SalesMetricsError,
    from_system,
    is_of_values,
    told_of,
)
from sales_metrics.expectations.audit import Audit
from sales_metrics.expectations.checking import Finding
from sales_metrics.expectations.freshness import freshness
from sales_metrics.expectations.losses import check_accepted, losses
from sales_metrics.expectations.page import quality_rows, render_page
from sales_metrics.expectations.suites import DRIFTING, Severity
from sales_metrics.job.phases import Phases
from sales_metrics.kept_files import held
from sales_metrics.pages.rendering import PageSettings
from sales_metrics.privacy import masked, masked_lines
from sales_metrics.project import (
    check_kept_in_folder,
    check_profile,
    check_project,
    check_raw_folder,
    check_settings,
    code_hash,
    fixed_path,
    git_commit,
    project_vars,
    raw_fingerprint,
)
from sales_metrics.publishing.lock import locked
from sales_metrics.publishing.store import BuildInfo, Store, sweep, work_folder
from sales_metrics.publishing.writing import (
    Publication,
    as_of_date,
    personal_keys,
    publish,
    timestamp,
    told_if_served,
)
from sales_metrics.remember import FILE, LEDGER, remember

PAGE = "expectations.html"
# What a refused run leaves for people to look at.
REFUSED = "refused"


@dataclass(frozen=True)
class Settings:
    project: Path
    profiles: Path
    target: str | None
    raw: Path
    published: Path
    keep: int = 7
    wait_seconds: float = 0
    # Tables and columns that may be worse than in the last accepted load.
    accepted: Sequence[str] = ()
    # Whether to keep what the build went by in the raw folder.
    remembers: bool = False


@dataclass(frozen=True)
class Report:
    """What a run did; `--json` prints it."""

    exit_code: int
    build_id: str | None
    serves: str | None
    as_of_date: str | None
    errors: Sequence[str] = ()
    warnings: Sequence[str] = ()
    seconds: dict[str, float] = dataclasses.field(default_factory=dict)
    rows: dict[str, int] = dataclasses.field(default_factory=dict)
    expectations: dict[str, int] = dataclasses.field(default_factory=dict)
    breaches: dict[str, Any] = dataclasses.field(default_factory=dict)
    refused: str | None = None


def run(settings: Settings, phases: Phases) -> Report:
    """One run under the lock; what is served changes at its end or not at all."""
    check_project(settings.project)
    check_profile(settings.project, settings.profiles, settings.target)
    check_settings()
    if settings.published.is_relative_to(settings.raw):
        # Each build would be a change of what it was made of.
        raise SalesMetricsError(
            f"The published folder {settings.published} lies in the raw folder {settings.raw}: name"
            " one beside it with --published."
        )
    store = Store(settings.published)
    with locked(store.folder, settings.wait_seconds):
        try:
            store.builds.mkdir(exist_ok=True)
            swept = sweep(store)
            build_id = store.new_id(dt.datetime.now(dt.UTC))
            with work_folder(store, build_id) as work:
                job = Job(settings, phases, store, build_id, work)
                job.warnings += [f"cleared what a stopped run had left: {one}" for one in swept]
                return job.run()
        except OSError as error:
            raise from_system(error, settings.published) from error


class Job:
    """What the phases of one run hand to each other."""

    def __init__(
        self, settings: Settings, phases: Phases, store: Store, build_id: str, work: Path
    ) -> None:
        self.settings, self.phases, self.store = settings, phases, store
        self.build_id, self.work = build_id, work
        self.database = work / "work.duckdb"
        self.started = timestamp()
        self.warnings: list[str] = []
        # What the last delivery could not tell, and why: the second of a run counts all that waits.
        self.untold: Sequence[str] = ()
        self.failure: str | None = None
        self.findings: list[tuple[str, list[Finding]]] = []
        self.before = store.served()

    def run(self) -> Report:
        with told_if_served(self.store, self.build_id):
            return self._run()

    def _run(self) -> Report:
        try:
            check_raw_folder(self.settings.raw, self.settings.project)
            with held(self.settings.raw, alone=False, wait_seconds=self.settings.wait_seconds):
                info = self._published()
        except SalesMetricsError as error:
            return self._refused(error.sentences, error.exit_code)
        except duckdb.Error as error:
            # One that names no file is about what landed.
            told = from_system(error, self.settings.raw)
            code = CHECK_FAILED if is_of_values(error) else told.exit_code
            return self._refused(told.sentences, code)
        except Exception as error:
            told = told_of(error, self.settings.published)
            return self._refused(told.sentences, told.exit_code)
        return self._reported(info)

    def _published(self) -> BuildInfo:
        settings, phase = self.settings, self.phases.phase
        with phase("freshness of sources") as note:
            fingerprint = raw_fingerprint(settings.raw)
            reading = self._reading()
            self._compare_days(reading)
            audit = Audit.of(settings.project, reading, self.work / "landing.duckdb")
            note(self._judge_freshness(audit))
            self._judge_losses(audit)
        with phase("raw expectations") as note:
            last = self.before.landed if self.before else {}
            found = audit.raw_findings(last, settings.accepted)
            note(self.judge("What landed", found))
        with phase("dbt build") as note:
            note(self._build())
        database = self.database
        with phase("mart expectations") as note:
            served = self.store.database(self.before.build_id) if self.before else None
            found = audit.mart_findings(database, served, self.drift)
            note(self.judge("What was built", found))
        if raw_fingerprint(settings.raw) != fingerprint:
            raise SalesMetricsError(
                f"{settings.raw} changed while it was read: run again when the export has ended.",
                exit_code=CHECK_FAILED,
            )
        with phase("publish") as note:
            info = self._publish(audit, database, fingerprint)
            note(f"{len(info.rows)} tables, {sum(info.rows.values()):,} rows as {info.build_id}")
        return info

    def _reported(self, info: BuildInfo) -> Report:
        """What is left when the build serves: nothing that goes wrong here takes it back."""
        phase = self.phases.phase
        if self.settings.remembers:
            with phase("remember") as note:
                note(self._remember())
        with phase("report") as note:
            delivered = self.deliver()
            note(delivered.sentence() if delivered else "no breaches to tell")
        shutil.rmtree(self.store.folder / REFUSED, ignore_errors=True)
        return Report(
            exit_code=PUBLISHED,
            build_id=info.build_id,
            serves=info.build_id,
            as_of_date=info.as_of_date,
            warnings=self.all_warnings(),
            seconds=self.phases.seconds,
            rows=dict(info.rows),
            expectations=self._counts(),
            breaches=delivered.counts() if delivered else {},
        )

    def _reading(self) -> Reading:
        """What dbt would read; what it refuses ends the run here."""
        settings = self.settings
        reading = ask_reading(
            project=settings.project,
            profiles=settings.profiles,
            target=settings.target,
            work=self.work,
            cache=self.store.work / "cache",
            raw=settings.raw,
        )
        if not isinstance(reading, Reading):
            raise reading.error()
        # A target that Jinja names is known to dbt alone.
        if reading.tables and not self.database.exists():
            raise fixed_path(settings.profiles / "profiles.yml")
        reading.check_schema()
        check_accepted(settings.accepted, reading.tables)
        self.warnings += reading.warnings()
        return reading

    def _compare_days(self, reading: Reading) -> None:
        """An old export is published as any other: it is somebody's who says its day."""
        before = self.before
        if before and reading.as_of and reading.as_of.isoformat() < before.as_of_date:
            self.warnings.append(
                f"The as-of day {reading.as_of} is earlier than that of build {before.build_id},"
                f" {before.as_of_date}: is the raw folder an old one?"
            )

    def _judge_losses(self, audit: Audit) -> None:
        last = self.before.landed if self.before else {}
        lost, accepted = losses(last, audit.landed, audit.reading, self.settings.accepted)
        self.warnings += accepted
        if lost:
            raise SalesMetricsError(*lost, exit_code=CHECK_FAILED)

    def _judge_freshness(self, audit: Audit) -> str:
        as_of = audit.reading.as_of
        found = freshness(audit.reading.files, audit.landed, as_of) if as_of else []
        self.warnings += [one.sentence() for one in found if one.severity == "warn"]
        late = [one.sentence() for one in found if one.severity == "error"]
        if late:
            raise SalesMetricsError(
                *(f"{one}: has the export stopped?" for one in late), exit_code=CHECK_FAILED
            )
        return "; ".join(one.sentence() for one in found) or "no source tells how fresh it must be"

    @cached_property
    def is_restated(self) -> bool:
        """Whether what is counted is another than of the build that is served."""
        return bool(self.before and self.before.code_hash != code_hash(self.settings.project))

    @property
    def drift(self) -> Severity:
        """How grave it is that the past moved.

        No error where they know who moved it, by another map of stages, say, or by --accept.
        """
        return "warn" if self.is_restated or DRIFTING in self.settings.accepted else "error"

    def judge(self, name: str, findings: list[Finding]) -> str:
        """Keeps the findings; an error among them ends the run, all of them in its sentences."""
        self.findings.append((name, findings))
        failed = [finding for finding in findings if not finding.success]
        self.warnings += [_told(one) for one in failed if one.severity == "warn"]
        errors = [_told(one) for one in failed if one.severity == "error"]
        drifted = {one.severity for one in failed if one.expected.table == "drift"}
        if "error" in drifted:
            errors.append(
                "Neither the project nor its settings changed since the last build, so the raw"
                f" tables changed the past. To publish it: sales-metrics run --accept {DRIFTING}."
            )
        elif drifted and self.before and self.is_restated:
            self.warnings.append(
                f"The project or its settings changed since build {self.before.build_id}: numbers"
                " of past quarters that moved are published as it has them now."
            )
        if errors:
            raise SalesMetricsError(*errors, exit_code=CHECK_FAILED)
        return f"{len(findings)} expectations, {len(failed)} warnings"

    def _build(self) -> str:
        built = dbt.build(
            project=self.settings.project,
            profiles=self.settings.profiles,
            target=self.settings.target,
            work=self.work,
            cache=self.store.work / "cache",
            raw=str(self.settings.raw),
            progress=self.phases.progress,
        )
        self.warnings += built.warnings
        if not built.success:
            raise SalesMetricsError(*built.sentences, exit_code=built.exit_code)
        return ", ".join(f"{count} {status}" for status, count in sorted(built.counts.items()))

    def _publish(self, audit: Audit, database: Path, fingerprint: str) -> BuildInfo:
        known = project_vars(self.settings.project)
        personal = known.get("personal_columns") or {}
        exposed = personal_keys(database, personal)
        if exposed:
            raise SalesMetricsError(*exposed, exit_code=CHECK_FAILED)
        findings = [finding for _, group in self.findings for finding in group]
        info = BuildInfo(
            build_id=self.build_id,
            as_of_date=as_of_date(database),
            started_at=self.started,
            finished_at=timestamp(),
            code_hash=code_hash(self.settings.project),
            git_commit=git_commit(self.settings.project),
            raw_fingerprint=fingerprint,
            landed=audit.landed,
        )
        steering = PageSettings.of(known)
        publication = Publication(
            info=info,
            quality=quality_rows(findings),
            personal=personal,
            pages={PAGE: self._page(f"Build {info.build_id}, as of {info.as_of_date}")},
            steering=steering,
        )
        return publish(
            self.store,
            database,
            publication,
            self.settings.keep,
            lambda folder: prepare(self.store, folder, steering.currency),
            self.warnings.append,
        )

    def _remember(self) -> str:
        settings = self.settings
        try:
            check_kept_in_folder(settings.project, LEDGER, FILE, "what a build went by")
            count = remember(self.database, settings.raw, settings.wait_seconds)
            return f"{count:,} values"
        except Exception as error:
            sentences = told_of(error, settings.raw).sentences
            self.warnings += [f"nothing was remembered: {one}" for one in sentences]
            return "nothing"

    def deliver(self) -> Delivered | None:
        delivered, self.untold = deliver_or_warn(self.store, self.failure)
        if delivered:
            self.failure = delivered.failure
        return delivered

    def all_warnings(self) -> list[str]:
        return [masked(sentence) for sentence in (*self.warnings, *self.untold)]

    def _refused(self, sentences: Sequence[str], exit_code: int) -> Report:
        """The old build serves on; the reasons lie beside it."""
        # A run that was killed after publishing has not told anyone yet.
        self.deliver()
        folder = self.store.folder / REFUSED
        refused: str | None = str(folder)
        try:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            (folder / "reasons.txt").write_text("\n".join(sentences) + "\n", encoding="utf-8")
            if self.findings:
                page = self._page(f"Refused run {self.build_id}")
                (folder / PAGE).write_text(page, encoding="utf-8")
            log = self.work / "logs" / "dbt.log"
            if log.exists():
                text = log.read_text(encoding="utf-8", errors="replace")
                (folder / "dbt.log").write_text(masked_lines(text), encoding="utf-8")
        except OSError:
            # A full disk may be the very reason.
            self.warnings.append(f"{folder} could not be written")
            shutil.rmtree(folder, ignore_errors=True)
            refused = None
        return Report(
            exit_code=exit_code,
            build_id=None,
            serves=self.before.build_id if self.before else None,
            as_of_date=self.before.as_of_date if self.before else None,
            errors=sentences,
            warnings=self.all_warnings(),
            seconds=self.phases.seconds,
            expectations=self._counts(),
            refused=refused,
        )

    def _page(self, subtitle: str) -> str:
        return render_page("Expectations", subtitle, self.findings)

    def _counts(self) -> dict[str, int]:
        findings = [finding for _, group in self.findings for finding in group]
        return {
            word: sum(finding.status == word for finding in findings)
            for word in ("ok", "warn", "error")
        }


def _told(finding: Finding) -> str:
    """`opportunity.amount: not as expected: filled in 50% of the rows (30 of 50 rows)`."""
    return f"{finding.subject} is not as expected: {finding.expected.sentence} ({finding.observed})"
