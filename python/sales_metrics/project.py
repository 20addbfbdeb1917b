"""Where the dbt project lies, and what identifies its code and its raw input."""

from __future__ import annotations

import csv
import hashlib
import os
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
import yaml

from sales_metrics.errors import CHECK_FAILED, SalesMetricsError, about
from sales_metrics.sql import connect

# An installed wheel carries the project beside its code; in a clone it is the folder above.
_CARRIED = Path(__file__).resolve().parent / "dbt_project"
PROJECT = _CARRIED if _CARRIED.is_dir() else Path(__file__).resolve().parents[2]
PACKAGE = "sales_metrics"
CODE = ("models", "seeds", "macros", "dbt_project.yml")
# Settings of a run that change its numbers as an edit of the project would.
SETTINGS = ("SALES_METRICS_RAW_FORMATS",)


def check_project(project: Path) -> None:
    if not (project / "dbt_project.yml").is_file():
        raise SalesMetricsError(
            f"There is no dbt project in {project}: start in the project's folder, or name it with"
            " --project-dir."
        )
    read_yaml(project / "dbt_project.yml")


def project_here() -> Path:
    """The dbt project somebody stands in, else the one this program belongs to."""
    here = Path.cwd()
    return here if (here / "dbt_project.yml").is_file() else PROJECT


def profiles_of(project: Path) -> Path:
    """The folder of its profiles.yml: `profiles` here, the project's own where `init` wrote it."""
    return project if (project / "profiles.yml").is_file() else project / "profiles"


def raw_folder_of(project: Path) -> Path:
    """The raw folder its vars name, else the demo company's."""
    if not (project / "dbt_project.yml").is_file():
        return project / "data" / "demo"
    return project / str(project_vars(project).get("raw_folder") or Path("data") / "demo")


def check_kept_in_folder(project: Path, source: str, file: str, kept: str) -> None:
    """That a build reads this file of the raw folder; `kept`: what would be written to it."""
    if not (project / "dbt_project.yml").is_file():
        return
    schemas = project_vars(project).get("raw_schemas")
    if isinstance(schemas, dict) and schemas.get(source):
        raise SalesMetricsError(
            f"The var raw_schemas reads {source} from {schemas[source]}, so that no build reads"
            f" {file}: add {kept} to the table {Path(file).stem} there."
        )


def database_here() -> Path:
    """What `dbt build` makes in this folder: in a project that `init` wrote, metrics.duckdb."""
    usual, of_init = Path("sales_metrics.duckdb"), Path("metrics.duckdb")
    return of_init if of_init.is_file() and not usual.is_file() else usual


def read_yaml(path: Path) -> dict[str, Any]:
    """A YAML file that holds names with values; an empty one holds none."""
    with about(path):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        if content is not None and not isinstance(content, dict):
            raise TypeError("it must hold names with values")
    return dict(content or {})


def project_vars(project: Path) -> dict[str, Any]:
    path = project / "dbt_project.yml"
    found = read_yaml(path).get("vars") or {}
    if not isinstance(found, dict):
        raise SalesMetricsError(f"The vars in {path} must be names with values.")
    # A project around the package keeps them under its name, where they win.
    own = found.get(PACKAGE)
    return {**found, **own} if isinstance(own, dict) else found


def package_folder(project: Path) -> Path:
    """Where this package lies in a project that has it; the project, where it is the package."""
    installed = project / _packages_path(project) / PACKAGE
    return installed if (installed / "dbt_project.yml").is_file() else project


def _packages_path(project: Path) -> str:
    if not (project / "dbt_project.yml").is_file():
        return "dbt_packages"
    return str(read_yaml(project / "dbt_project.yml").get("packages-install-path", "dbt_packages"))


def configured_rows(
    project: Path, table: str, key: str | None, *columns: str
) -> list[dict[str, str]]:
    """The rows a build reads of a table of the seeds.

    A seed of the project's own that a var names is in place of the shipped one, or with a `key`
    over it, row by row. A model has no file to read: with one in place of ours there are no rows.
    """
    seeds = package_folder(project) / "seeds"
    ours = [
        row for path in sorted(seeds.glob(f"*/{table}.csv")) for row in read_seed(path, *columns)
    ]
    is_there = (project / "dbt_project.yml").is_file()
    told = project_vars(project).get(table) if is_there else None
    if not isinstance(told, str) or not told:
        return ours
    name = told.rsplit(".", 1)[-1]
    theirs = [
        {column: _plain(value) for column, value in row.items() if column}
        for path in sorted((project / "seeds").rglob(f"{name}.csv"))
        for row in read_seed(path)
    ]
    if key is None:
        return theirs
    over = {row.get(key, ""): row for row in theirs}
    kept = [{**row, **over.pop(row[key], {})} for row in ours]
    # A new row needs all columns; the build tells of one that has not.
    return kept + [row for row in over.values() if all(name in row for name in columns)]


def _plain(value: str | None) -> str:
    """Booleans in small letters, as shipped ones are."""
    text = (value or "").strip()
    return text.lower() if text.lower() in ("true", "false") else text


def read_seed(path: Path, *columns: str) -> list[dict[str, str]]:
    """The rows of a CSV file of the project; of one that is not there, none."""
    if not path.is_file():
        return []
    with about(path), path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
        for name in columns:
            if rows and any(row.get(name) is None for row in rows):
                raise LookupError(f"the column {name}, or its last row is cut off")
    return rows


def check_raw_folder(raw: Path, project: Path | None = None) -> None:
    """`project`: of who only reads, and needs no folder where all his tables lie in schemas."""
    if not raw.is_dir() and not (project and _names_no_folder(project, raw)):
        raise SalesMetricsError(
            f"There is no raw folder {raw}: set SALES_METRICS_RAW to the folder that holds one"
            " folder per source."
        )


def _names_no_folder(project: Path, raw: Path) -> bool:
    """Whether sources lie in the warehouse, and nobody says that others lie in a folder."""
    vars = project_vars(project) if (project / "dbt_project.yml").is_file() else {}
    is_default = raw.resolve() == raw_folder_of(project).resolve()
    return bool(vars.get("raw_schemas")) and not vars.get("raw_folder") and is_default


def check_settings() -> None:
    """What DuckDB would refuse only after the raw tables are read; the threads dbt judges first."""
    memory = os.environ.get("SALES_METRICS_MEMORY_LIMIT")
    if memory is not None:
        try:
            # Opening a database sets the limit.
            connect().close()
        except (duckdb.Error, ValueError):
            raise SalesMetricsError(
                f"The environment variable SALES_METRICS_MEMORY_LIMIT says '{memory}', which is no"
                " amount of memory: write it as 16GiB, or as a share such as 80%."
            ) from None


def check_profile(project: Path, profiles: Path, target: str | None) -> None:
    """That the profile and its target are there and build a DuckDB file that `run` can name.

    Jinja is dbt's to read.
    """
    path = profiles / "profiles.yml"
    if not path.is_file():
        raise SalesMetricsError(
            f"There is no {path}: name the folder that holds it with --profiles-dir."
        )
    name = str(read_yaml(project / "dbt_project.yml").get("profile"))
    content = read_yaml(path)
    if "{{" in name:
        return
    if not isinstance(content.get(name), dict):
        raise SalesMetricsError(f"{path} lacks the profile {name}, which dbt_project.yml names.")
    outputs = content[name].get("outputs")
    wanted = target or str(content[name].get("target", "default"))
    if "{{" in wanted:
        return
    if not isinstance(outputs, dict) or not isinstance(outputs.get(wanted), dict):
        listed = ", ".join(outputs) if isinstance(outputs, dict) else "none"
        raise SalesMetricsError(f"{path} lacks the target {wanted}; it has {listed}.")
    kind = str(outputs[wanted].get("type"))
    if kind != "duckdb" and "{{" not in kind:
        raise SalesMetricsError(
            f"The target {wanted} of {path} is of the type {kind}, and `run` publishes what a"
            " DuckDB file holds: name another with --target."
        )
    built = str(outputs[wanted].get("path", ":memory:"))
    if "SALES_METRICS_DUCKDB" not in built:
        raise fixed_path(path, built)


def database_path(default: str) -> str:
    """The path of a profile whose database `run` may name; in any other build it is `default`."""
    return f'{{{{ env_var("SALES_METRICS_DUCKDB", "{default}") }}}}'


def fixed_path(profile: Path, built: str = "another file") -> SalesMetricsError:
    """That `run` would build into what people have open, and find nothing to publish."""
    default = built if built.endswith(".duckdb") and "{{" not in built else "metrics.duckdb"
    return SalesMetricsError(
        f"{profile} builds into {built}, whatever SALES_METRICS_DUCKDB says, and `run` names its"
        f" work file there: write path: '{database_path(default)}'."
    )


def code_hash(project: Path) -> str:
    """Of all that can change a number: models, seeds, macros, the vars; the package's with them."""
    settings = [f"{name}={os.environ.get(name, '')}" for name in SETTINGS]
    package = package_folder(project)
    if package != project:
        settings.append(f"{PACKAGE}={code_hash(package)}")
    files = (path for part in CODE for path in _files(project / part))
    return _hashed(project, files, settings)


def raw_fingerprint(raw: Path) -> str:
    """Of every raw file's name and content."""
    files = _files(raw)
    for path in files:
        try:
            str(path).encode()
        except UnicodeEncodeError:
            raise SalesMetricsError(
                f"The name of {path} is no text in UTF-8: rename it.", exit_code=CHECK_FAILED
            ) from None
    return _hashed(raw, files, [])


def git_commit(project: Path) -> str | None:
    """The commit the project stands at, with a `+` where tracked files differ from it."""
    commit = _git(project, "rev-parse", "--short=12", "HEAD")
    if not commit:
        return None
    return commit + ("+" if _git(project, "status", "--porcelain", "--untracked-files=no") else "")


def _git(project: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(project), *arguments], capture_output=True, check=False, text=True
        )
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _files(place: Path) -> list[Path]:
    if place.is_file():
        return [place]
    return sorted(path for path in place.rglob("*") if path.is_file())


def _hashed(root: Path, files: Iterable[Path], texts: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for text in texts:
        digest.update(text.encode() + b"\0")
    for path in files:
        digest.update(str(path.relative_to(root)).encode("utf-8", "surrogateescape") + b"\0")
        with about(path), path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:16]
