"""The benchmark's own logic: computing, judging, laying out, drawing. No timing is asserted."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import instructions
import language_turns
import page
import pytest
import report
import targets
from charts import Bar, Line, bar_chart, line_chart
from language_program import LANGUAGES, Program
from measurements import (
    Calls,
    Comparison,
    Memory,
    PeerFacts,
    Results,
    Series,
    extra_ns,
    ratio,
    ratio_of_means,
    slot_ns,
)
from python_store import NUMBER_SPACING, Values, numbered_keys
from settings import QUICK, Settings

SVG = "{http://www.w3.org/2000/svg}"


def comparison_of(
    language: str, workload: str, durability: str, times: dict[str, float]
) -> Comparison:
    """Make a comparison in which every batch of a peer took the same."""
    comparison = Comparison(language, "operations", workload, "100 bytes", durability, 1)
    for peer, ns in times.items():
        comparison.add_round(peer, [ns] * 10).calls.add(int(ns))
        comparison.add_round(peer, [ns] * 10)
    return comparison


# ---- Statistics ------------------------------------------------------------------------------


@pytest.mark.parametrize("ns", [0, 1, 127, 128, 129, 1000, 123_456, 10**9])
def test_slot_holds_its_time_and_is_narrow(ns: int) -> None:
    slot = slot_ns(ns)
    assert slot <= ns
    assert ns - slot <= ns / 64
    assert slot_ns(slot) == slot


def test_percentiles_of_calls() -> None:
    calls = Calls()
    for ns in range(1, 101):
        calls.add(ns)
    calls.add(1_000_001)
    assert calls.count == 101
    assert calls.percentile(0.5) == 51
    assert calls.percentile(0.99) == 100
    assert calls.worst == 1_000_001
    assert calls.percentile(1) == slot_ns(1_000_001)


def test_percentile_without_calls_is_none() -> None:
    assert Calls().percentile(0.5) is None


def test_merged_calls_are_as_if_added() -> None:
    one, two = Calls(), Calls()
    one.add(10)
    one.add(5000)
    two.merge(one.counts.items(), one.worst)
    two.add(10)
    assert two.counts == {10: 2, slot_ns(5000): 1}
    assert two.worst == 5000


def test_series_takes_percentiles_from_batches_where_no_call_was_timed() -> None:
    series = Series([[float(ns) for ns in range(1, 101)]])
    assert series.p10 == 11
    assert series.median == 51
    assert series.p99 == 100
    assert series.worst == 100


def test_ratio_is_by_first_decile_of_each_round() -> None:
    """One round in which all was slow, and one outlier in each, change nothing."""
    ours = Series([[10.0] * 9 + [1000.0], [10.0] * 9 + [1000.0], [70.0] * 10])
    theirs = Series([[20.0] * 10, [20.0] * 10, [140.0] * 10])
    assert ratio(ours, theirs).median == 0.5
    assert ratio_of_means(ours, theirs).median == pytest.approx(109 / 20)
    assert ratio_of_means(ours, theirs).low == 0.5
    assert extra_ns(ours, theirs).median == -10


def test_comparison_leaves_out_a_round_without_batches() -> None:
    comparison = comparison_of("C", "get", "", {"spinkv": 10})
    assert comparison.add_round("LMDB", []).rounds == []
    results = Results([comparison])
    assert results.find("C", "get", "", "spinkv") is comparison.series["spinkv"]
    assert results.find("C", "get", "", "LMDB") is None
    assert results.find("C", "set", "full", "spinkv") is None


# ---- Targets ---------------------------------------------------------------------------------


def verdict_of(results: Results, what: str) -> targets.Verdict:
    return next(verdict for verdict in targets.judge(results) if verdict.what == what)


@pytest.mark.parametrize(("ours", "is_met"), [(10, True), (100, True), (101, False)])
def test_target_of_fifteen_times(ours: float, is_met: bool) -> None:
    times = {"spinkv": ours, "bare SQLite": 1500.0}
    results = Results([comparison_of("C", "get", "", times)])
    verdict = verdict_of(results, "C: get, hot, against a prepared SELECT")
    assert verdict.target == "15x as fast"
    assert verdict.is_met is is_met


def test_target_at_most_times() -> None:
    results = Results([comparison_of("C", "set", "full", {"spinkv": 120.0, "bare SQLite": 100.0})])
    verdict = verdict_of(results, "C: set, full, against a prepared upsert")
    assert (verdict.target, verdict.measured) == (
        "at most 1.15 times as long",
        "1.20 times as long",
    )
    assert verdict.is_met is False


def test_throughput_of_threads_is_across_workloads() -> None:
    results = Results(
        [
            comparison_of("C", "set_threads_1", "full", {"spinkv": 100.0}),
            comparison_of("C", "set_threads_8", "full", {"spinkv": 20.0}),
        ]
    )
    verdict = verdict_of(results, "C: set, full, throughput of 8 threads against 1")
    assert (verdict.measured, verdict.is_met) == ("5.00x as fast", True)


def test_what_was_not_run_is_not_measured() -> None:
    assert {verdict.is_met for verdict in targets.judge(Results())} == {None}


def test_python_is_ahead_of_peers_that_keep_the_same() -> None:
    times = {"spinkv": 10.0, "quick": 9.0, "careless": 1.0}
    results = Results(
        [comparison_of("Python", "set", "full", times)],
        peers=[
            PeerFacts("Python", "quick", "1", "synced", ""),
            PeerFacts("Python", "careless", "1", "less: kept by close", ""),
        ],
    )
    by_what = {verdict.what: verdict.is_met for verdict in targets.judge(results)}
    assert by_what["Python: set full against quick"] is False
    assert "Python: set full against careless" not in by_what
    assert "Python: set normal against quick" not in by_what


@pytest.mark.parametrize(("used", "is_met"), [(8, True), (9, False)])
def test_memory_is_that_of_the_largest(used: int, is_met: bool) -> None:
    results = Results(memory=[Memory("get_any_1k", 8, 1), Memory("get_any_1m", 8, used)])
    assert verdict_of(results, "C: memory beside SQLite's, at most, in get_any_1m").is_met is is_met


def languages_of(language: str, durability: str, times: dict[str, float]) -> Results:
    """Make results of a language's workload: get, or set where it has a durability."""
    comparison = comparison_of(language, "set" if durability else "get", durability, times)
    kept = {"bbolt": "a sync", "sled": "less: a flush", "bare SQLite": "WAL"}
    peers = [PeerFacts(language, name, "1", kept[name], "") for name in times if name in kept]
    return Results(languages=[comparison], peers=peers)


def test_a_language_is_ahead_of_peers_that_keep_the_same() -> None:
    times = {"spinkv": 10.0, "bbolt": 9.0, "sled": 1.0}
    judged = targets.judge(languages_of("Go", "full", times))
    by_what = {verdict.what: verdict.is_met for verdict in judged}
    assert by_what["Go: set full against bbolt"] is False
    assert "Go: set full against sled" not in by_what
    read = targets.judge(languages_of("Go", "", {"spinkv": 10.0, "sled": 20.0}))
    assert {verdict.what: verdict.is_met for verdict in read}["Go: get against sled"] is True


@pytest.mark.parametrize(("ours", "is_met"), [(11.4, True), (11.6, False)])
def test_a_write_may_take_a_little_more_than_bare_sqlite(ours: float, is_met: bool) -> None:
    results = languages_of("C++", "full", {"spinkv": ours, "bare SQLite": 10.0})
    assert verdict_of(results, "C++: set full against bare SQLite").is_met is is_met


@pytest.mark.parametrize(("ours", "is_met"), [(160.0, True), (161.0, False)])
def test_a_get_in_go_is_near_its_floor(ours: float, is_met: bool) -> None:
    results = languages_of("Go", "", {"spinkv": ours, "bare cgo call": 100.0})
    verdict = verdict_of(results, "Go: get, hot, against a bare cgo call with the same copy")
    assert (verdict.measured, verdict.is_met) == (f"{ours - 100:.0f} ns more", is_met)


def test_the_c_program_is_not_judged_by_what_is_common() -> None:
    """The same workload, peer and durability are there twice, and are kept apart."""
    results = languages_of("C", "", {"spinkv": 10.0, "bare SQLite": 5.0})
    assert {verdict.is_met for verdict in targets.judge(results)} == {None}


# ---- Languages -------------------------------------------------------------------------------


def test_a_program_answers_the_protocol(tmp_path: Path) -> None:
    (language,) = (language for language in LANGUAGES if language.name == "Python")
    program = Program(language, "sqlite3")
    assert program.runtime.startswith("CPython 3.")
    assert program.offers("full")
    assert not program.is_floor
    path = tmp_path / "a store.db"
    assert program.ask("open", "normal", "cached", path) == "ok"
    assert program.ask("fill") == "ok"
    filled = program.ask("values").split()
    assert len(filled) == language_turns.KEY_COUNT
    assert (
        filled[1]
        == (1).to_bytes(8, "little").hex()
        + bytes(37 * place % 256 for place in range(8, 100)).hex()
    )
    assert int(program.ask("batch", "get", 10)) > 0
    assert len(program.ask("calls", "set", 10).split()) == 10
    written = program.ask("values").split()
    changed = [index for index, value in enumerate(written) if value != filled[index]]
    assert changed == list(range(10, 20))
    assert written[10].startswith((1000).to_bytes(8, "little").hex())
    assert program.ask("close") == "ok"
    program.end()


def test_a_language_that_is_not_built_is_not_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(language_turns, "build", lambda language: "there is no go command")
    (go,) = (language for language in LANGUAGES if language.name == "Go")
    results, ticks = Results(), list[str]()
    language_turns.run(go, tmp_path, QUICK, results, ticks.append)
    assert results.languages == []
    assert report.peers_sheet(results).rows == [
        ["Go", "all", "not measured", "there is no go command", ""]
    ]
    assert len(ticks) == language_turns.ticks(QUICK)


def test_languages_are_side_by_side_in_one_table() -> None:
    results = Results(
        languages=[
            comparison_of("Go", "get", "", {"spinkv": 10.0, "bbolt": 20.0}),
            comparison_of("Go", "set", "full", {"spinkv": 10.0}),
            comparison_of("Rust", "get", "", {"spinkv": 5.0}),
        ]
    )
    (sheet,) = report.language_sheets(results)
    assert [row[:4] for row in sheet.rows] == [
        ["Go", "get", "-", "spinkv"],
        ["Go", "100 bytes", "-", "bbolt"],
        ["Rust", "get", "-", "spinkv"],
        ["Go", "set", "full", "spinkv"],
    ]
    assert sheet.headers[sheet.numbers[0]] == "p10"
    assert report.language_sheets(Results()) == []


# ---- Tables and the page ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ns", "text"),
    [(7, "7 ns"), (999.4, "999 ns"), (1000, "1.00 us"), (45_600, "45.6 us"), (2e9, "2.00 s")],
)
def test_time_text(ns: float, text: str) -> None:
    assert report.time_text(ns) == text


def test_sheet_has_the_library_first_and_durability_in_every_row() -> None:
    results = Results([comparison_of("C", "set", "full", {"LMDB": 20.0, "spinkv": 10.0})])
    (sheet,) = report.sheets(results)
    assert sheet.title == "C: Single operations"
    assert [row[:3] for row in sheet.rows] == [
        ["set", "full", "spinkv"],
        ["100 bytes", "full", "LMDB"],
    ]
    assert sheet.rows[1][-3:] == ["0.50", "0.50-0.50", "0.50"]


def test_missing_peers_are_listed() -> None:
    results = Results(missing={"Python: py-lmdb": "No module named 'lmdb'"})
    assert report.peers_sheet(results).rows == [
        ["Python", "py-lmdb", "not measured", "No module named 'lmdb'", ""]
    ]


def test_json_has_every_series() -> None:
    results = Results([comparison_of("C", "get", "", {"spinkv": 10.0, "LMDB": 40.0})])
    results.languages.append(comparison_of("Go", "get", "", {"spinkv": 10.0, "bbolt": 20.0}))
    made = report.as_json({"system": "Linux"}, QUICK, results, targets.judge(results))
    (comparison,) = made["comparisons"]
    assert comparison["durability"] is None
    assert comparison["series"]["LMDB"]["median_ns"] == 40
    assert comparison["ratio_to"] == {"LMDB": {"median": 0.25, "low": 0.25, "high": 0.25}}
    (in_go,) = made["languages"]
    assert in_go["ratio_to"]["bbolt"]["median"] == 0.5


def test_page_shows_its_charts(tmp_path: Path) -> None:
    results = Results(
        [
            comparison_of("C", "get", "", {"spinkv": 10.0, "LMDB": 40.0}),
            *(
                comparison_of("C", f"set_threads_{count}", "full", {"spinkv": 10.0})
                for count in (1, 2, 4, 8)
            ),
        ],
        languages=[comparison_of("Go", "get", "", {"spinkv": 10.0, "spinkv in C": 5.0})],
        runtimes={"Go": "go1.24.13"},
    )
    path = tmp_path / "docs" / "benchmarks.md"
    machine = {"clock": "25 ns a reading"}
    written = page.write(path, machine, Settings(7, 300, 1), results, targets.judge(results))
    names = {file.name for file in written}
    assert names == {"benchmarks.md", "c-get.svg", "c-set-threads.svg", "languages-get.svg"}
    text = path.read_text()
    assert "about 25 ns" in text
    for name in names - {"benchmarks.md"}:
        assert f"](charts/{name})" in text
    assert "| get | - | spinkv | 10 ns |" in text
    assert "| Go | get | - | spinkv | 10 ns |" in text
    assert "| Go | go1.24.13 |" in text
    drawn = (tmp_path / "docs" / "charts" / "languages-get.svg").read_text()
    assert "Go: spinkv<" in drawn
    assert "in C" not in drawn
    assert "Where a target is not met" in text
    assert text.count("\n- C: set, full, throughput of 8 threads against 1: Since durable") == 1


def test_a_missed_target_has_its_reason() -> None:
    missed = targets.Verdict("Python: set normal against py-lmdb", "faster", "2 times", "", False)
    assert "crash of the system" in targets.reason_for(missed)
    other = targets.Verdict("C: get, hot, against LMDB", "faster", "2 times", "", False)
    assert targets.reason_for(other).startswith("Not known")


# ---- Charts ----------------------------------------------------------------------------------


def test_bar_chart_has_the_fastest_first_and_escapes() -> None:
    bars = [Bar("slow & <old>", 1000, "1 us"), Bar("spinkv", 10, "10 ns", is_ours=True)]
    root = ElementTree.fromstring(bar_chart("C: get", bars))
    texts = [element.text for element in root.iter(f"{SVG}text")]
    assert texts[:5] == ["C: get", "spinkv", "10 ns", "slow & <old>", "1 us"]
    widths = [float(element.attrib["width"]) for element in root.iter(f"{SVG}rect")][1:]
    assert 0 < widths[0] < widths[1]


def test_line_chart_rises_with_its_values() -> None:
    lines = [Line("spinkv", [(1, 10), (10, 100)]), Line("other", [(1, 100), (10, 100)])]
    root = ElementTree.fromstring(line_chart("C: get", "keys", lines, "nanoseconds"))
    first, second = (element.attrib["points"].split() for element in root.iter(f"{SVG}polyline"))
    assert float(first[0].split(",")[1]) > float(first[1].split(",")[1])
    assert first[1] == second[1]


# ---- Instructions ----------------------------------------------------------------------------


@pytest.mark.parametrize(("counted", "is_met"), [(90, True), (105, True), (106, False)])
def test_instructions_may_grow_by_five_percent(counted: int, is_met: bool) -> None:
    record = {"python": "CPython 3.11.7", "instructions": {"get": 100}}
    (judged,) = instructions.judge(record, {"python": "CPython 3.11.7"}, {"get": counted})
    assert judged.is_met is is_met


def test_instructions_of_an_unknown_path_fail_and_of_another_python_do_not_count() -> None:
    record = {"python": "CPython 3.11.7", "instructions": {"python_get": 100}}
    here = {"python": "CPython 3.12.0"}
    counts = {"exists": 5, "python_get": 200}
    assert [judged.is_met for judged in instructions.judge(record, here, counts)] == [False, None]


# ---- Data ------------------------------------------------------------------------------------


def test_values_differ_in_every_page() -> None:
    values = Values(4096)
    first, second = values.next(), values.next()
    for start in range(0, 4096, NUMBER_SPACING):
        end = start + NUMBER_SPACING
        assert first[start:end] != second[start:end]
    assert len(first) == len(second) == 4096


def test_small_values_differ() -> None:
    values = Values(8)
    assert len({values.next() for _ in range(1000)}) == 1000


def test_numbered_keys_are_in_order() -> None:
    keys = numbered_keys(1000, 16)
    assert keys == sorted(keys)
    assert {len(key) for key in keys} == {16}
