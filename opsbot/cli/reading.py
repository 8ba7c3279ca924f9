"""Reading the configuration, with all that can be found wrong with it without calling anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from opsbot.config import Config


def read_config(path: Path, *, tokens_needed: bool = True) -> Config:
    """Read the whole configuration; raises ConfigError with every fault. Slack's tokens may not be needed."""
    from opsbot.assembly.rules import rules_of
    from opsbot.config import load
    from opsbot.domain.policy_faults import policy_faults
    from opsbot.grammar import manual
    from opsbot.store.engine import url_problem

    verbs = [entry.verb for entry in manual()]
    return load(path, verbs, url_problem, lambda config: policy_faults(rules_of(config)), tokens_needed=tokens_needed)
