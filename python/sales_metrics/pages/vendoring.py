"""`python -m sales_metrics.pages.vendoring`: takes the libraries of the pages from npm anew.

Without a word it takes the versions that `vendor.json` names; with `d3@7.9.2` another one. npm
itself checks the package against the registry's hash; this writes down what it was.
"""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import click

HERE = Path(__file__).parent / "vendor"
TESTS = Path(__file__).parents[2] / "tests" / "vendor"
# By package: the file that is taken, and where it goes.
FILES = {
    "d3": ("dist/d3.min.js", HERE / "d3.min.js"),
    "@observablehq/plot": ("dist/plot.umd.min.js", HERE / "plot.umd.min.js"),
    # Looks for what hinders people; for the tests alone.
    "axe-core": ("axe.min.js", TESTS / "axe.min.js"),
}


def main(wanted: list[str]) -> None:
    asked = dict(word.rsplit("@", 1) for word in wanted)
    path = HERE / "vendor.json"
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    for name, (file, target) in FILES.items():
        version = asked.get(name) or known.get(name, {}).get("version") or "latest"
        known[name] = _taken(name, version, file, target)
        click.echo(f"{name} {known[name]['version']}: {target.name}")
    path.write_text(json.dumps(known, indent=2) + "\n", encoding="utf-8")


def _taken(name: str, version: str, file: str, target: Path) -> dict[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", f"{name}@{version}"]
        done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
        archive = Path(folder) / done.stdout.strip().splitlines()[-1]
        integrity = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        with tarfile.open(archive) as packed:
            texts = {
                one: _member(packed, f"package/{one}") for one in (file, "LICENSE", "package.json")
            }
    about = json.loads(texts["package.json"])
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(texts[file])
    (target.parent / f"{target.name.split('.')[0]}.LICENSE").write_bytes(texts["LICENSE"])
    return {
        "version": about["version"],
        "license": about["license"],
        "integrity": f"sha512-{integrity}",
        "file": file,
        "sha256": hashlib.sha256(texts[file]).hexdigest(),
    }


def _member(packed: tarfile.TarFile, name: str) -> bytes:
    found = packed.extractfile(name)
    if found is None:
        raise FileNotFoundError(name)
    return found.read()


if __name__ == "__main__":
    main(sys.argv[1:])
