"""The benchmark in Python, the mix of diskcache's published benchmark: 10 gets to a set, 10 sets to
a delete, on keys chosen at random, by one and by eight processes. Each process opens the store
itself.
"""

from __future__ import annotations

import multiprocessing
import random
from collections.abc import Callable
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from time import perf_counter_ns

from measurements import Calls, Comparison
from peers import Peer, find, load
from python_store import Store, Values
from settings import Settings

KEY_COUNT = 1000
VALUE_BYTES = 100
CALLS = 5000
ACTIONS = ("get", "set", "delete")
WEIGHTS = (100, 10, 1)
PROCESSES = (1, 8)

Tally = dict[str, tuple[int, Calls]]
"""Of each action: the nanoseconds of all calls, and the calls."""


def _keys() -> list[str]:
    return [f"user:{number:011}" for number in range(KEY_COUNT)]


def _act(peer: Peer, action: str, key: str, value: bytes) -> int:
    """Act, and return the nanoseconds that it took."""
    keys, pairs = (key,), ((key, value),)
    start = perf_counter_ns()
    if action == "get":
        peer.find(keys)
    elif action == "set":
        peer.set(pairs)
    else:
        peer.delete(keys)
    return perf_counter_ns() - start


def _work(
    name: str, path: Path, number: int, calls: int, start: Barrier, tallies: Queue[Tally]
) -> None:
    """What one process does."""
    peer = find(name)(path, "normal", KEY_COUNT)
    source, keys = random.Random(number), _keys()
    values = Values(VALUE_BYTES, (number + 1) << 40)
    tally: Tally = {action: (0, Calls()) for action in ACTIONS}
    start.wait()
    for action in source.choices(ACTIONS, WEIGHTS, k=calls):
        ns = _act(peer, action, source.choice(keys), values.next())
        total, of_action = tally[action]
        of_action.add(ns)
        tally[action] = (total + ns, of_action)
    peer.close()
    tallies.put(tally)


def _run_processes(store: Store, processes: int, calls: int) -> list[Tally]:
    context = multiprocessing.get_context("spawn")
    start, tallies = context.Barrier(processes), context.Queue()
    children = [
        context.Process(
            target=_work,
            args=(store.peer_class.name, store.path, number, calls, start, tallies),
            daemon=True,
        )
        for number in range(processes)
    ]
    for child in children:
        child.start()
    collected: list[Tally] = []
    while len(collected) < processes:
        if any(child.exitcode for child in children):
            raise SystemExit(f"error: the mix failed with {store.peer_class.name}")
        if not tallies.empty():
            collected.append(tallies.get())
        else:
            children[0].join(0.01)
    for child in children:
        child.join()
    return collected


def entered(processes: int) -> list[type[Peer]]:
    """Return the peers that take part."""
    return [
        peer
        for peer in load()[0]
        if "normal" in peer.durabilities and (processes == 1 or not peer.one_process)
    ]


def names(processes: int) -> list[str]:
    """Return the names of the workloads."""
    return [f"mix_{action}_{processes}" for action in ACTIONS]


def _run_peer(
    peer: type[Peer], processes: int, folder: Path, settings: Settings
) -> dict[str, tuple[float, Calls]]:
    """Return the mean of each action, in nanoseconds, and its calls."""
    store = Store(peer, folder, "normal", KEY_COUNT)
    store.peer.set_many(Values(VALUE_BYTES).pairs(_keys()))
    store.peer.close()
    tallies = _run_processes(store, processes, settings.scale(CALLS))
    store.peer = store.peer_class(store.path, "normal", KEY_COUNT)
    store.close()
    summed: dict[str, tuple[float, Calls]] = {}
    for action in ACTIONS:
        calls = Calls()
        for tally in tallies:
            calls.merge(tally[action][1].counts.items(), tally[action][1].worst)
        total = sum(tally[action][0] for tally in tallies)
        summed[action] = (total / max(1, calls.count), calls)
    return summed


def run(
    processes: int, folder: Path, settings: Settings, progress: Callable[[str], None]
) -> list[Comparison]:
    """Run the mix with all peers, each round another one first."""
    what = f"10 gets, 1 set, 0.1 deletes, {processes} process{'es' if processes > 1 else ''}"
    comparisons = {
        action: Comparison("Python", "mix", f"mix_{action}_{processes}", what, "normal", 1)
        for action in ACTIONS
    }
    peers = entered(processes)
    for round_number in range(settings.suite_rounds):
        for index in range(len(peers)):
            peer = peers[(index + round_number) % len(peers)]
            for action, (mean, calls) in _run_peer(peer, processes, folder, settings).items():
                series = comparisons[action].add_round(peer.name, [mean] if calls.count else [])
                series.calls.merge(calls.counts.items(), calls.worst)
                progress(f"Python mix_{action}_{processes}")
    return list(comparisons.values())
