"""What came back from the server under test, and what it comes to."""

import time
from dataclasses import asdict, dataclass, field
from typing import Any, Self


@dataclass(slots=True)
class Tally:
    """Acknowledgements: which commands were accepted, how long each took, and what went wrong."""

    seconds: float = 0.0
    cpu: float = 0.0
    latencies: list[float] = field(default_factory=list)
    lags: list[float] = field(default_factory=list)
    accepted: dict[int, float] = field(default_factory=dict)  # number of the command -> when it was due
    busy: int = 0
    refused: int = 0
    broken: int = 0
    silent: int = 0

    def note(self, number: int, due: float, status: int, body: bytes) -> None:
        """Count one answer; one that says anything, such as that the bot is busy, is a failure, whatever its status."""
        self.latencies.append(time.monotonic() - due)
        if status == 0:
            self.broken += 1
        elif status != 200:
            self.refused += 1
        elif body:
            self.busy += 1
        else:
            self.accepted[number] = due

    @property
    def answered(self) -> int:
        return len(self.latencies)

    @property
    def sent(self) -> int:
        return self.answered + self.silent

    @property
    def failures(self) -> int:
        return self.busy + self.refused + self.broken + self.silent

    @property
    def rate(self) -> float:
        return len(self.accepted) / self.seconds if self.seconds else 0.0

    def latency(self, share: float) -> float:
        """Milliseconds within which `share` of the acknowledgements came."""
        return percentile(self.latencies, share) * 1000

    def lag(self, share: float) -> float:
        """Milliseconds by which the load itself was late."""
        return percentile(self.lags, share) * 1000

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Self:
        return cls(**value | {"accepted": {int(number): due for number, due in value["accepted"].items()}})


def percentile(values: list[float], share: float) -> float:
    if not values:
        return float("nan")
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]
