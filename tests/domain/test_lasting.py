"""What the version before wrote and this one compares with: were it another here, an upgrade would undo what waits."""

from __future__ import annotations

from opsbot.domain.policies import DEFAULT_POLICY, BreakGlass, Policy
from opsbot.domain.seals import seal
from tests.builders import request


def test_a_policy_that_nobody_changed_has_the_digest_that_it_had_in_the_version_before() -> None:
    # Whoever adds a field leaves it out of what is digested while it has its default: open requests would go stale.
    glass = Policy("glass", ("design:FRAUD/*",), break_glass=BreakGlass(("platform",)))
    assert [DEFAULT_POLICY.digest[:12], glass.digest[:12]] == ["c1045d8b93b8", "c943a1e82101"]


def test_a_card_that_an_older_version_made_is_of_the_same_request() -> None:
    assert seal(request()) == "c12d99fcc429"
