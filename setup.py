"""The wheel carries the dbt project: who installs it needs no clone."""

from pathlib import Path
from shutil import copy2, copytree, ignore_patterns

from setuptools import setup
from setuptools.command.build_py import build_py

# What dbt reads; the demo company comes along, so that a first build needs nothing else.
PARTS = (
    *("dbt_project.yml", "models", "macros", "seeds", "tests", "analyses", "docs", "profiles"),
    *("data/demo", "LICENSE", "README.md", "CHANGELOG.md"),
)


class BuildWithProject(build_py):
    def run(self) -> None:
        super().run()
        if self.editable_mode:
            return
        here = Path(__file__).resolve().parent
        for part in PARTS:
            target = Path(self.build_lib) / "sales_metrics" / "dbt_project" / part
            target.parent.mkdir(parents=True, exist_ok=True)
            if (here / part).is_dir():
                copytree(
                    here / part, target, dirs_exist_ok=True, ignore=ignore_patterns(".*", "*.pyc")
                )
            else:
                copy2(here / part, target)


setup(cmdclass={"build_py": BuildWithProject})
