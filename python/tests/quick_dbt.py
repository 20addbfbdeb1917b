"""dbt's own `build`, without doing the same work for every raw folder anew.

Of a build of a small company dbt spends most on rendering the same Jinja into the same SQL, and on
swapping tables that were not there before. Within `quick` a model's SQL is kept where nothing it
was rendered from can differ between two raw folders, a model is one `create`, a view is made once
and not by every model that reads it, a query has as many threads as it is given, and what dbt
notes for its own makers is not written.
Scheduling, hooks, seeds, whatever reads the raw folder, and every data test are dbt's as ever.
`test_determinism` compares the marts of both ways.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Any
from unittest import mock

# Macros that look at the raw folder or at what an earlier node of the same run found in it.
LOOKS_AT_RAW = frozenset({"raw_folder", "raw_memory"})
# Views of files and views of those, which every look at them reads again.
NOT_PUBLIC = ("staging", "intermediate")
# What it says is the only thing of a folder that SQL is kept by.
AS_OF = "as_of_day"

# SQL of a model by its id and the as-of day it names, or none.
Kept = dict[tuple[str, str | None], str]


class _Rendering(threading.local):
    """What the model that this thread renders has asked for so far."""

    active = False
    looked = False
    day: str | None = None


@contextlib.contextmanager
def quick(kept: Kept, query_threads: int) -> Iterator[None]:
    """Lets dbt reuse the SQL in `kept`, which is for one `--vars`, and add to it."""
    from dbt.adapters.base.impl import BaseAdapter
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.adapters.duckdb.environments import Environment
    from dbt.artifacts.schemas.results import RunStatus
    from dbt.artifacts.schemas.run import RunResult
    from dbt.clients.jinja import MacroGenerator
    from dbt.compilation import Compiler
    from dbt.task.run import ModelRunner
    from dbt_common.events.base_types import EventLevel
    from dbt_common.events.event_manager import EventManager

    rendering = _Rendering()
    # The day of this run, once a model has asked for it.
    told: list[str] = []

    # dbt does not say what these take and give.
    call: Any = MacroGenerator.__call__
    compile_node: Any = Compiler.compile_node
    execute_model: Any = ModelRunner.execute
    fire_event: Any = EventManager.fire_event
    open_database: Any = Environment.initialize_db

    def calls(self: Any, *given: Any, **named: Any) -> Any:
        if not rendering.active:
            return call(self, *given, **named)
        name = self.macro.name
        if name == AS_OF:
            rendering.active = False
            try:
                rendering.day = call(self, *given, **named)
            finally:
                rendering.active = True
            return rendering.day
        rendering.looked = rendering.looked or name in LOOKS_AT_RAW
        return call(self, *given, **named)

    def looks(what: Any) -> Any:
        def looking(*given: Any, **named: Any) -> Any:
            rendering.looked = rendering.looked or rendering.active
            return what(*given, **named)

        return looking

    def compiles(self: Any, node: Any, manifest: Any, *given: Any, **named: Any) -> Any:
        if node.resource_type != "model":
            return compile_node(self, node, manifest, *given, **named)
        for day in (None, *told):
            if (node.unique_id, day) in kept:
                node.compiled_code, node.compiled = kept[node.unique_id, day], True
                return node
        rendering.active, rendering.looked, rendering.day = True, False, None
        try:
            done = compile_node(self, node, manifest, *given, **named)
        finally:
            rendering.active = False
        if rendering.day and not told:
            told.append(rendering.day)
        if not rendering.looked:
            kept[node.unique_id, rendering.day] = str(done.compiled_code)
        return done

    def executes(self: Any, model: Any, manifest: Any) -> Any:
        made = model.get_materialization()
        if made not in ("table", "view") or model.config.pre_hook or model.config.post_hook:
            return execute_model(self, model, manifest)
        if model.schema in NOT_PUBLIC:
            made = "table"
        target = self.adapter.Relation.create_from(self.config, model, type=made)
        sql = model.compiled_code
        if made == "table" and model.config.contract.enforced:
            # As dbt does: columns in the order of the contract.
            columns = ", ".join(f'"{column.name}"' for column in model.columns.values())
            sql = f"select {columns} from (\n{sql}\n)"
        response, _ = self.adapter.execute(f"create or replace {made} {target} as (\n{sql}\n)")
        self.adapter.cache_added(target.incorporate(dbt_created=True))
        return RunResult(
            node=model,
            status=RunStatus.Success,
            timing=[],
            thread_id=threading.current_thread().name,
            execution_time=0.0,
            message=str(response),
            adapter_response=response.to_dict(omit_none=True),
            failures=None,
            batch_results=None,
        )

    def fires(self: Any, event: Any, level: Any = None, *given: Any, **named: Any) -> None:
        if (level or event.level_tag()) != EventLevel.DEBUG:
            fire_event(self, event, level, *given, **named)

    def opens(_: Any, *given: Any, **named: Any) -> Any:
        connection = open_database(*given, **named)
        connection.execute(f"set threads = {query_threads}")
        return connection

    patched: list[tuple[Any, str, Any]] = [
        (MacroGenerator, "__call__", calls),
        (Compiler, "compile_node", compiles),
        (ModelRunner, "execute", executes),
        (DuckDBConnectionManager, "execute", looks(DuckDBConnectionManager.execute)),
        (BaseAdapter, "get_relation", looks(BaseAdapter.get_relation)),
        (EventManager, "fire_event", fires),
        (Environment, "initialize_db", opens),
    ]
    with contextlib.ExitStack() as stack:
        for owner, name, replacement in patched:
            stack.enter_context(mock.patch.object(owner, name, replacement))
        yield
