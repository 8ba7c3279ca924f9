"""Whatever can come of a command, with whatever words in it: what `hypothesis` draws from."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from opsbot.domain.audit import Entry, Head
from opsbot.domain.authorization import Grant, Permission
from opsbot.domain.changes import ChangeState, NodeChange
from opsbot.domain.commands import (
    AddEndpoint,
    Compare,
    CreatePackage,
    CreateService,
    DeletePackage,
    DownloadPackage,
    Explain,
    ListDeliveries,
    ListModels,
    ListPackages,
    ListRequests,
    ListServices,
    RemoveEndpoint,
    ShowAudit,
    ShowHistory,
)
from opsbot.domain.deliveries import Delivery, DeliveryState, Kind, Told
from opsbot.domain.deliveries import Message as Said
from opsbot.domain.difference import Difference
from opsbot.domain.files import Archive, Attachment
from opsbot.domain.homes import Choice, Few, HomeShown
from opsbot.domain.lifecycle import State
from opsbot.domain.models import (
    Endpoint,
    EndpointType,
    NodeState,
    Package,
    PackageSummary,
    Pause,
    Person,
    Place,
    PublishRequest,
    SavedModel,
    Service,
    Vote,
    Wish,
)
from opsbot.domain.policies import BreakGlass, Policy
from opsbot.domain.references import NodeRef, ProjectRef, ServiceRef
from opsbot.domain.results import (
    AccessShown,
    ArchiveFetched,
    ArchiveNotFetched,
    AuditShown,
    ChangeBegun,
    Compared,
    ConfirmationAsked,
    Decided,
    DeliveriesListed,
    Explained,
    HelpShown,
    HistoryShown,
    ModelsListed,
    NodesListed,
    PackagesListed,
    Paused,
    PublishRequested,
    Refused,
    RequestsListed,
    Result,
    Resumed,
    Reviewed,
    RoleHolders,
    ServiceShown,
    ServicesListed,
    SettingsShown,
    Settled,
    StatusShown,
    SummaryShown,
    TimelineDrawn,
    Unwatched,
    Watched,
    WatchesListed,
    WatchesTested,
)
from opsbot.domain.status import Frozen, Look, Outlook, Records, Replica, Status
from opsbot.domain.timeline import Timeline
from opsbot.domain.watching import Topic, Watch
from opsbot.grammar import manual
from opsbot.slack.blocks.cards import Around
from tests.builders import CARD, NOON, SCORING, decision

NASTY = st.sampled_from(
    [
        "<!channel>",
        "<@U012AB3CD>",
        "<https://x.test|a>",
        "`a`",
        "*b*",
        "עברית",
        "🚀" * 40,
        "x" * 2000,
        "sc\u043ering",
        "v\u200b1",
    ]
)
words = st.text(max_size=40) | NASTY
notes = words | st.just("é" * 5000)
valid = st.from_regex(r"[A-Za-z0-9_]{1,200}", fullmatch=True)
refs = st.builds(ServiceRef, st.just("design"), words, words)
endpoints = st.lists(st.builds(Endpoint, words, words), max_size=12).map(tuple)
services = st.builds(Service, refs, words, words, endpoints)
packages = st.builds(Package, words, st.none() | st.just(NOON), st.none() | words, notes)
people = st.builds(Person, st.just("U01MAYA"), words)
lines = st.lists(words, max_size=30).map(tuple)
differences = st.builds(
    Difference, st.none() | words, lines, lines, lines, st.none() | st.tuples(st.none() | words, words), lines
)
wishes = st.builds(
    Wish,
    refs,
    packages,
    words,
    people,
    notes,
    st.just("C1"),
    st.just(NOON),
    st.just("C1"),
    st.just("d" * 64),
    words,
    packager=st.none() | people,
    expires_at=st.none() | st.just(NOON),
    break_glass=st.booleans(),
    difference=st.none() | differences,
)
roles = st.lists(words, max_size=4).map(tuple)
votes = st.lists(st.builds(Vote, people, st.just(NOON), st.just("C1"), roles, notes), max_size=15).map(tuple)
decisions = st.none() | st.builds(decision, people, notes)
all_requests = st.builds(
    PublishRequest,
    st.integers(1, 10**9),
    wishes,
    st.sampled_from(State),
    votes=votes,
    decision=decisions,
    outcome=notes,
    card=st.none() | st.just(CARD),
    held=words,
    try_at=st.none() | st.just(NOON),
    review_due=st.none() | st.just(NOON),
    review=decisions,
    head=st.none() | st.builds(Head, st.integers(1, 10**12), st.just("a" * 64)),
)
all_pauses = st.builds(Pause, st.just(1), st.sampled_from(["*", "design:FRAUD/scoring"]), notes, people, st.just(NOON))
quorums = st.lists(st.tuples(words, st.integers(1, 20)), max_size=5).map(tuple)
policies = st.builds(
    Policy,
    words,
    quorum=quorums,
    identity=st.sampled_from(["summary", "digest"]),
    break_glass=st.none() | st.builds(BreakGlass, roles),
)
arounds = st.builds(Around, policies, st.just("<@U1>"), st.lists(all_pauses, max_size=5).map(tuple))
whether = st.booleans()
wanted = st.one_of(
    st.builds(CreateService, refs, whether),
    st.builds(AddEndpoint, refs, words, st.sampled_from(EndpointType), words, whether, whether),
    st.builds(RemoveEndpoint, refs, words, whether),
    st.builds(CreatePackage, refs, words, notes, whether),
    st.builds(DeletePackage, refs, words, whether, whether, whether),
)
all_changes = st.builds(
    NodeChange,
    st.integers(1, 10**9),
    wanted,
    people,
    st.just(Place("C1")),
    st.just(NOON),
    st.sampled_from(ChangeState),
    outcome=notes,
    seconds=st.floats(0, 10**6),
)
deletions = st.builds(DeletePackage, st.builds(ServiceRef, st.just("design"), valid, valid), valid, whether, whether)
entries = st.builds(
    Entry, st.just(NOON), people, words, st.just("done") | notes, service=st.none() | st.just(SCORING), version=words
)
records = st.lists(st.tuples(st.builds(Head, st.integers(1, 99), st.just("a" * 64)), entries), max_size=10).map(tuple)
holders = st.builds(
    RoleHolders,
    words,
    st.integers(1, 9),
    st.integers(0, 9),
    st.lists(st.just("U1"), max_size=30).map(tuple),
    st.lists(words, max_size=5).map(tuple),
)
pages = st.integers(1, 40)
ALL_VERBS = st.just(frozenset({"approve", "decline", "cancel"}))


def few(things: st.SearchStrategy[Any], most: int) -> st.SearchStrategy[Few[Any]]:
    """The first of many things, and that there may be more."""
    shown = st.lists(things, max_size=most).map(tuple)
    return st.builds(lambda some, more: Few(some, len(some) + more), shown, st.integers(0, 9))


files = st.builds(Attachment, words, words, st.binary(), words)
downloads = st.builds(DownloadPackage, refs, words)
archives = st.builds(Archive, st.integers(0, 10**12), st.just("a" * 64), st.just("b" * 64))
timelines = st.builds(Timeline, refs, st.just(()), st.just(()), st.just(NOON))
grants = st.builds(Grant, words, services=st.lists(words, min_size=1, max_size=5).map(tuple))
watches = st.builds(
    Watch,
    st.just(1),
    st.sampled_from(["C1", "U1"]),
    words,
    st.frozensets(st.sampled_from(Topic), min_size=1),
    people,
    st.just(NOON),
    notes,
)
deliveries = st.builds(
    Delivery,
    st.integers(1, 10**9),
    st.builds(Said, st.sampled_from(Kind), st.sampled_from(["C1", "U1"]), st.just(1), text=st.just("U1")),
    st.sampled_from(DeliveryState),
    st.integers(0, 99),
    notes,
    st.none() | st.just(CARD),
    st.none() | st.just(NOON),
)
moments = st.none() | st.just(NOON)
links = st.sampled_from(["", "https://slack.test/p1"])
looked_up = st.builds(Told, deliveries, st.just(NOON), moments, moments, st.none() | refs, words, words, links)
covered = set[Any]()


def made(kind: Any, *args: Any, **kwargs: Any) -> st.SearchStrategy[Any]:
    covered.add(kind)
    return st.builds(kind, *args, **kwargs)


choices = st.builds(
    Choice, all_requests, quorums, st.frozensets(st.sampled_from(["approve", "decline", "cancel"])) | ALL_VERBS
)
homes = made(
    HomeShown,
    people,
    few(choices, 8),
    few(all_requests, 5),
    few(choices, 10),
    few(all_requests, 5),
    st.lists(all_pauses, max_size=5).map(tuple),
    st.lists(st.tuples(grants, st.just((Permission.READ,))), max_size=30).map(tuple),
    words,
)
standings = st.builds(
    Records,
    st.just(NOON),
    words,
    st.dictionaries(st.sampled_from(State), st.integers(0, 10**6)),
    st.dictionaries(st.sampled_from(ChangeState), st.integers(0, 10**6)),
    st.dictionaries(st.sampled_from(DeliveryState), st.integers(0, 10**6)),
    st.none() | st.just(NOON),
    st.none() | st.just(NOON),
    st.lists(st.builds(Replica, words, st.timedeltas(timedelta(0), timedelta(days=99))), max_size=30).map(tuple),
    st.lists(st.builds(Look, words, st.none() | st.just(NOON), notes), max_size=30).map(tuple),
    st.lists(all_pauses, max_size=30).map(tuple),
)
statuses = st.builds(
    Status,
    words,
    standings,
    st.builds(Outlook, st.dictionaries(words, whether), st.dictionaries(words, whether), notes),
    st.lists(st.builds(Frozen, words, notes, st.none() | st.just(NOON)), max_size=30).map(tuple),
)
results: st.SearchStrategy[Result] = st.one_of(
    made(HelpShown, st.just(manual()), st.none() | st.just("publish")),
    made(AccessShown, people, st.lists(st.tuples(grants, st.just((Permission.READ,))), max_size=30).map(tuple), words),
    made(
        ServicesListed,
        st.builds(
            ListServices,
            st.builds(ProjectRef, st.just("design"), valid) | st.just(NodeRef("design")),
            pages,
            st.booleans(),
            st.none() | valid,
        ),
        st.lists(services, max_size=30).map(tuple),
        st.dictionaries(refs, st.lists(words, max_size=5).map(tuple), max_size=3),
        lines,
    ),
    made(NodesListed, st.lists(st.builds(NodeState, words, words), max_size=20).map(tuple)),
    made(
        ModelsListed,
        st.builds(ListModels, st.builds(ProjectRef, st.just("design"), valid), pages),
        st.lists(st.builds(SavedModel, words, words, words), max_size=30).map(tuple),
    ),
    made(Compared, st.builds(Compare, refs, words, st.none() | words), differences),
    made(
        ServiceShown,
        services,
        st.lists(packages, max_size=30).map(tuple),
        st.none() | st.frozensets(words),
        st.dictionaries(words, people, max_size=3),
        st.just("https://dss.test/x|y<z>"),
    ),
    made(
        PackagesListed,
        st.builds(ListPackages, st.builds(ServiceRef, st.just("design"), valid, valid), pages),
        st.lists(packages, max_size=30).map(tuple),
        st.dictionaries(words, people, max_size=3),
    ),
    made(SummaryShown, refs, st.builds(PackageSummary, packages, endpoints), st.none() | people),
    made(ChangeBegun, all_changes, whether),
    made(ConfirmationAsked, deletions, notes),
    made(PublishRequested, all_requests, quorums, st.booleans()),
    made(SettingsShown, refs, files),
    made(ArchiveFetched, downloads, archives, files, st.floats(0, 9999), st.none() | st.just(CARD)),
    made(ArchiveNotFetched, downloads, notes, st.just("https://dss.test/x|y<z>"), st.none() | st.just(CARD)),
    made(TimelineDrawn, timelines, st.none() | files),
    made(
        Explained,
        st.builds(Explain, refs, st.none() | words),
        policies,
        st.none() | all_requests,
        st.lists(holders, max_size=5).map(tuple),
        lines,
        lines,
    ),
    made(Settled, all_requests),
    made(Reviewed, all_requests),
    made(Paused, all_pauses, st.integers(0, 99)),
    made(Resumed, st.lists(all_pauses, min_size=1, max_size=5).map(tuple)),
    made(HistoryShown, st.builds(ShowHistory, st.just(SCORING), pages), records, st.integers(0, 400)),
    made(AuditShown, st.builds(ShowAudit, page=pages), records, st.integers(0, 400)),
    made(
        RequestsListed,
        st.builds(ListRequests, page=pages),
        st.lists(all_requests, max_size=10).map(tuple),
        st.integers(0, 400),
    ),
    made(Decided, all_requests, quorums),
    homes,
    made(Watched, watches),
    made(Unwatched, watches),
    made(WatchesListed, st.lists(watches, max_size=60).map(tuple), whether),
    made(WatchesTested, st.lists(watches, max_size=10).map(tuple)),
    made(Refused, words),
    made(StatusShown, statuses),
    made(
        DeliveriesListed,
        st.builds(ListDeliveries, whether, st.integers(1, 366), whether, pages),
        st.lists(looked_up, max_size=10).map(tuple),
        st.integers(0, 400),
        whether,
    ),
)
many = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
