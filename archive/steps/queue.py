"""Huey as a doorbell: it carries one step id to a worker, nothing else, and nothing depends on it arriving.

A call that is lost costs at most one polling interval; a forged one names a step that is claimed by the table's own
rules or not at all. Messages are JSON (Huey's default is pickle), so that a queue file can run no code.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from huey import SqliteHuey
from huey.registry import Message
from huey.serializer import Serializer

from archive.identifiers import is_id


class StepIdsOnly(Serializer):  # type: ignore[misc]  # huey ships no types
    """A message is the step's id and nothing else."""

    def __init__(self, task_name: str) -> None:
        super().__init__()
        self._task_name = task_name

    def _serialize(self, data: Any) -> bytes:
        return json.dumps({"step": data.args[0]}).encode()

    def _deserialize(self, data: bytes) -> Any:
        step = json.loads(data)["step"]
        if not isinstance(step, str) or not is_id(step):
            raise ValueError("a message that is no step id")
        return Message(id=step, name=self._task_name, args=(step,), kwargs={}, retries=0, retry_delay=0)


def _take_up(step_id: str) -> None:
    """Never run by Huey itself: the worker's lanes read the table."""


class StepQueue:
    """The doorbell between the processes of one machine."""

    def __init__(self, path: Path) -> None:
        self._huey = SqliteHuey("saksi", filename=str(path), results=False, utc=True, fsync=False)
        self._task = self._huey.task(name="take_up")(_take_up)
        task_name = self._huey._registry.task_to_string(self._task.task_class)  # noqa: SLF001  # the only way to learn it
        self._huey.serializer = StepIdsOnly(task_name)

    def wake(self, step_ids: Sequence[str]) -> None:
        """Ring for each step."""
        for step_id in step_ids:
            self._huey.enqueue(self._task.s(step_id))

    def rung(self) -> bool:
        """Whether the bell rang since last asked; unreadable messages count as a ring and are dropped."""
        rang = False
        while True:
            try:
                if self._huey.dequeue() is None:
                    return rang
            except (ValueError, KeyError, TypeError):
                pass
            rang = True

    def close(self) -> None:
        self._huey.storage.close()
