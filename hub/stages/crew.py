"""A crew: the tasks of a release done by several processes, or one after the other in this one.

    tasks, in an order in which they can be done ──► each once what it comes after is done ──► what each returned

Whoever is free takes the first task of the list that can be done: what others wait for, and what takes long, stands
first. A task is a function of values that another process can be given, and leaves its work in files. What it leaves
and returns does not depend on who did it, or when. A process of the crew that loses its parent, however that ended,
ends.
"""

import gc
import multiprocessing
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import wait as until
from threading import Thread
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Something to do, as a value.

    name:  what it works on, told with whatever goes wrong.
    work:  called without arguments; if it `takes`, with what the tasks that it comes after returned, by name.
    makes: what it leaves that others may come after, beside its name: files, as a rule.
    after: what it comes after; what no task of a list makes is there already.
    """

    name: str
    work: Callable[..., Any]
    makes: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    takes: bool = False


Crew = Callable[[Sequence[Task]], Mapping[str, Any]]


def size() -> int:
    """How many processes this machine, or the part of it that we may use, can keep busy."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def gathered(processes: int) -> Iterator[Crew]:
    """A function that does tasks and gives what each returned, by name.

    processes: 1 does them in this process, in the order given.
    It raises what the first task that failed raised, once nobody works any more, and BrokenProcessPool when one of the
    crew was killed.
    """
    if processes == 1:
        yield ALONE
        return
    spawned = multiprocessing.get_context("spawn")  # a fork would copy the locks of whatever threads run here
    with ProcessPoolExecutor(processes, spawned, initializer=_begin) as pool:
        try:
            yield lambda tasks: _shared(pool, processes, tasks)
        finally:
            pool.shutdown(cancel_futures=True)


def ALONE(tasks: Sequence[Task]) -> Mapping[str, Any]:  # noqa: N802
    """A crew of this process alone."""
    found = dict[str, Any]()
    for task in tasks:
        found[task.name] = _done(task, _given(task, tasks, found))
    return found


def _shared(pool: ProcessPoolExecutor, processes: int, tasks: Sequence[Task]) -> Mapping[str, Any]:
    waiting, found = list(tasks), dict[str, Any]()
    missing = {made for task in tasks for made in (task.name, *task.makes)}
    running: dict[Future[Any], Task] = {}
    while waiting or running:
        ready = [task for task in waiting if missing.isdisjoint(task.after)][: processes - len(running)]
        waiting = [task for task in waiting if task not in ready]
        running |= {pool.submit(_done, task, _given(task, tasks, found)): task for task in ready}
        ended, _ = wait(running, return_when=FIRST_COMPLETED)
        for each in ended:
            task = running.pop(each)
            found[task.name] = each.result()
            missing -= {task.name, *task.makes}
    return found


def _given(task: Task, tasks: Sequence[Task], found: Mapping[str, Any]) -> dict[str, Any]:
    """What a task takes: what those that it comes after returned."""
    before = [each for each in tasks if not {each.name, *each.makes}.isdisjoint(task.after)] if task.takes else []
    return {each.name: found[each.name] for each in before}


def _done(task: Task, given: Mapping[str, Any]) -> Any:
    try:
        return task.work(given) if task.takes else task.work()
    except Exception as error:
        error.add_note(f"while working on {task.name}")
        raise


def _begin() -> None:
    """Told to each process of the crew when it starts."""
    gc.disable()  # writers make no cycles, and looking for them among parsed records takes a tenth of the time
    Thread(target=_follow, daemon=True).start()


def _follow() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        until([parent.sentinel])
        os._exit(1)
