"""How long a run takes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """rounds of about round_ms milliseconds; stores and counted runs divided by divisor."""

    rounds: int
    round_ms: int
    divisor: int

    @property
    def suite_rounds(self) -> int:
        """The rounds of a workload that is a run over a store of its own."""
        return 1 if self.divisor > 1 else min(self.rounds, 2)

    def scale(self, count: int) -> int:
        """A number of tuples or calls in this run."""
        return max(1, count // self.divisor)


FULL = Settings(rounds=5, round_ms=250, divisor=1)
QUICK = Settings(rounds=2, round_ms=15, divisor=20)
