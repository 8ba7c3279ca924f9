"""Which accepted commands were answered: a parent message and a reply in its thread, once each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.slack_request import channel_of
from tests.benchmarks.tally import Tally, percentile


@dataclass(frozen=True, slots=True)
class Answers:
    """The commands without a whole answer, and how long after their due time the others had theirs."""

    missing: tuple[int, ...]
    seconds: tuple[float, ...]
    repeated: int
    astray: int

    @property
    def complete(self) -> int:
        return len(self.seconds)

    def latency(self, share: float) -> float:
        """Milliseconds within which `share` of the answers stood in their threads."""
        return percentile(list(self.seconds), share) * 1000


def judge(tally: Tally, stats: Mapping[str, Any]) -> Answers:
    """Match the acknowledged commands with what the far ends saw."""
    replied: Mapping[str, float] = stats["replies"]
    missing, seconds = [], []
    for number, due in tally.accepted.items():
        if channel_of(number) in replied:
            seconds.append(replied[channel_of(number)] - due)
        else:
            missing.append(number)
    return Answers(tuple(missing), tuple(seconds), len(stats["repeated"]), len(stats["astray"]))
