"""Runs dbt in a process of its own: `python -m sales_metrics.dbt_runs.dbt_child <arguments>`.

Tells its parent what happens as one JSON object a line, and dies with its parent: standard input is
a pipe that ends when the parent does, even by kill -9.
"""

from __future__ import annotations

import json
import os
import re
import sys
import threading
from typing import Any

# What a macro says to the program that called dbt, as JSON behind these words.
TELLS = "sales_metrics tells "
# What tell_broken_rules says of a test that failed: its name, and what is wrong where.
BROKEN_RULE = re.compile(r"sales_metrics: (\w+): (.+)", re.DOTALL)


def main() -> None:
    threading.Thread(target=_die_with_parent, daemon=True).start()
    # What dbt prints goes nowhere (its log file has it); only this program writes to the pipe.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)

    def tell(**message: Any) -> None:
        answers.write(json.dumps(message) + "\n")
        answers.flush()

    from dbt.cli.main import dbtRunner

    errors: list[str] = []
    said: dict[str, Any] = {}
    broken: dict[str, list[str]] = {}

    def listen(event: Any) -> None:
        if event.info.name == "JinjaLogInfo" and event.data.msg.startswith(TELLS):
            said.update(json.loads(event.data.msg.removeprefix(TELLS)))
        elif event.info.name == "JinjaLogInfo" and (rule := BROKEN_RULE.match(event.data.msg)):
            broken.setdefault(rule[1], []).append(rule[2])
        if event.info.name == "LogStartLine":
            tell(done=event.data.index - 1, of=event.data.total)
        if event.info.level == "error" and event.info.msg.strip():
            errors.append(event.info.msg.strip())

    outcome = dbtRunner(callbacks=[listen]).invoke(sys.argv[1:])
    results = getattr(outcome.result, "results", None) or []
    tell(
        success=bool(outcome.success),
        exception=str(outcome.exception) if outcome.exception else None,
        errors=errors,
        said=said,
        # What a macro did alone has no node.
        results=[_told(result, broken) for result in results if hasattr(result, "node")],
    )


def _told(result: Any, broken: dict[str, list[str]]) -> dict[str, Any]:
    node = result.node
    attached = getattr(node, "attached_node", None)
    metadata = getattr(node, "test_metadata", None)
    return {
        "name": node.name,
        "kind": str(node.resource_type),
        "status": str(result.status),
        "message": result.message,
        "failures": result.failures,
        "path": node.original_file_path,
        "model": attached.split(".")[-1] if attached else None,
        "column": getattr(node, "column_name", None),
        "test": metadata.name if metadata else None,
        "broken": broken.get(node.name, []),
    }


def _die_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(70)


if __name__ == "__main__":
    main()
