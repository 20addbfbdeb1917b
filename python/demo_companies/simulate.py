"""The lives of a block of opportunities, as a log of versions, tasks, events and leads.

Everything is simulated to its end, even past the horizon, and only then cut: what an export of
day D shows must not depend on where the log stops.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demo_companies.calendar import answered_second, created_time, working_second
from demo_companies.company import (
    CARELESS_REP,
    DAY,
    ENTERPRISE,
    HISTORY_START,
    HORIZON,
    LEAVER,
    LEFT_ON,
    LOST,
    MID_MARKET,
    PUSH_START,
    REPS_PER_POD,
    STAGE_FORECAST,
    STAGE_PROBABILITY,
    UNMAPPED_STAGE,
    USUAL_HISTORY_ROWS,
    WON,
    Company,
    People,
    accounts_opened,
    day_number,
)
from demo_companies.rng import Draws, Flags, Floats, Ints

Table = dict[str, Ints]

HORIZON_SECOND = (day_number(HORIZON) + 1) * DAY
TRACKING_START = day_number(HISTORY_START) * DAY
KEEP = np.int64(-(2**62))
"""A field that an edit leaves as it is."""
NOTHING = np.int64(-1)
"""A field that is empty."""

FIELDS = ("stage", "amount", "close_day", "owner", "forecast", "kind", "probability")

# What an edit is, beyond the fields it sets.
TRACKED, UNTRACKED, DELETION = 0, 1, 2

# Values the CRM holds on the current row although they cannot be right.
BAD_NONE, BAD_AMOUNT, BAD_ANCIENT_DATE, BAD_EARLY_DATE, BAD_PROBABILITY = 0, 1, 2, 3, 4

# Its place among planning.LOSS_REASONS.
MISSING_FEATURE = 3

MAX_STEPS = 14
LAST_FREE_STEP = 9


@dataclass(frozen=True)
class Lives:
    """One row per opportunity: what does not change, and the moves between stages."""

    number: Ints
    created: Floats
    account: Ints
    segment: Ints
    owner: Ints
    kind: Ints
    first_stage: Ints
    moves: tuple[tuple[Flags, Ints, Ints, Floats], ...]
    """Per step: who moves, from which stage, to which, when (days)."""
    closed: Floats
    entered: Floats
    """First entry into each open stage, by stage; nan if never."""


def _curve(values: object, segment: Ints) -> Floats:
    return np.asarray(values, dtype=np.float64)[segment]


def account_segment(company: Company, draws: Draws, account: Ints) -> Ints:
    """The segment of an account, from its number alone."""
    edges = np.cumsum(np.array(company.truth.segment_share))[:-1]
    return np.searchsorted(edges, draws.uniform("account/segment", account), side="right").astype(
        np.int64
    )


def opportunity_times(company: Company, draws: Draws, number: Ints) -> Floats:
    """Creation time in days; a few of the first were there before the CRM kept history."""
    push = company.truth.creation_in_push if company.has_push else 1.0
    created = created_time(number, draws.uniform("created", number), company.opportunities, push)
    is_old = (number < max(60, company.opportunities // 50)) & draws.hit("old", number, 0.15)
    return np.where(is_old, created - 12.0 - 50.0 * draws.uniform("old/days", number), created)


def _stage_moves(
    company: Company,
    draws: Draws,
    number: Ints,
    created: Floats,
    segment: Ints,
    first: Ints,
    owner: Ints,
) -> tuple[tuple[tuple[Flags, Ints, Ints, Floats], ...], Floats, Floats]:
    truth = company.truth
    count = len(number)
    stage = first.copy()
    time = created.copy()
    done = np.zeros(count, dtype=bool)
    in_push = (created >= day_number(PUSH_START)) & company.has_push
    loose = in_push & draws.hit("loose", number, _curve(truth.loose_in_push, segment))
    of_careless = owner % REPS_PER_POD == CARELESS_REP
    unqualified = (segment == MID_MARKET) & draws.hit("fault/unqualified", number, 0.35)
    before_close = first.copy()
    reopened = np.zeros(count, dtype=bool)
    closed = np.full(count, np.nan)
    entered = np.full((5, count), np.nan)
    entered[first, np.arange(count)] = created
    push_day = float(day_number(PUSH_START)) if company.has_push else np.inf
    days = np.array(truth.stage_days)
    spread = np.array(truth.stage_days_spread)[segment]
    moves: list[tuple[Flags, Ints, Ints, Floats]] = []
    for step in range(MAX_STEPS):

        def u(name: str, step: int = step) -> Floats:
            return draws.uniform(f"{name}/{step}", number)

        free = step < LAST_FREE_STEP
        is_open = stage < WON
        place = np.minimum(stage, 4)
        length = days[segment, place] * np.exp(spread * draws.normal(f"days/{step}", number))
        length = np.where(u("slow") < 0.015, length * 2.5, length)

        skip_base = np.select(
            [stage == 0, stage == 1, stage == 2],
            [
                _curve(truth.skip_discovery, segment),
                _curve(truth.skip_qualified, segment),
                _curve(truth.skip_demo, segment),
            ],
            0.0,
        )
        roughly = time + length
        factor = np.where(roughly >= push_day, _curve(truth.skip_factor_in_push, segment), 1.0)
        factor = np.where(stage == 2, 1.0, factor)
        skips = u("skip") < skip_base * factor
        # Who skips a stage does part of its work in the one before.
        length = np.where(skips, length * 1.4, length)
        fate = u("fate")
        lost_loose = np.select(
            [stage == 2, stage == 3],
            [
                _curve(truth.loose_lost_at_qualified, segment),
                _curve(truth.loose_lost_at_demo, segment),
            ],
            0.0,
        )
        low, high = truth.loose_lingers
        lingers = loose & (segment != ENTERPRISE) & (fate < lost_loose)
        length = np.where(lingers, low + (high - low) * u("lingers"), length)
        is_longer = (segment == MID_MARKET) & (time + length >= company.faulty_from("long_cycle"))
        length = np.where(is_longer, length * 1.35, length)
        leaves = time + length
        push = leaves >= push_day

        drop_at = np.minimum(stage, 1)
        drop = np.array(truth.drop)[segment, drop_at]
        drop_push = np.array(truth.drop_in_push)[segment, drop_at]
        early = stage <= 1
        is_dropped = early & (fate < np.where(push, drop_push, drop))
        is_dropped |= early & unqualified & (leaves >= company.faulty_from("less_pipeline"))
        careless = of_careless & (leaves >= company.faulty_from("careless_rep"))
        is_dropped &= ~careless
        loose |= early & push & ~done & (fate >= drop_push) & (fate < drop)
        lost_qualified = np.where(
            loose,
            _curve(truth.loose_lost_at_qualified, segment),
            _curve(truth.lost_at_qualified, segment),
        )
        lost_demo = np.where(
            loose,
            _curve(truth.loose_lost_at_demo, segment),
            _curve(truth.lost_at_demo, segment),
        )
        lost_demo = np.where(careless, 0.85, lost_demo)
        wins = np.where(
            push,
            _curve(truth.win_at_proposal_in_push, segment),
            _curve(truth.win_at_proposal, segment),
        )
        in_ramp = push & (leaves < push_day + truth.extra_days_ramp)
        wins = np.where(in_ramp, _curve(truth.win_at_proposal_in_ramp, segment), wins)
        back = truth.backward if free else 0.0
        # Outside enterprise a loosened deal cannot jump over the demo it would be lost at.
        skips &= ~((stage == 2) & loose & (segment != ENTERPRISE))
        onward = stage + 1 + skips
        after = np.select(
            [
                is_dropped,
                early,
                (stage == 2) & (fate < lost_qualified),
                (stage == 2) & (fate >= 1.0 - back),
                stage == 2,
                (stage == 3) & (fate < lost_demo),
                (stage == 3) & (fate >= 1.0 - back),
                (stage == 3) & (fate >= 1.0 - back - truth.direct_win_at_demo) & ~loose,
                stage == 3,
                (stage == 4) & (fate < wins),
                (stage == 4) & (fate >= 1.0 - back),
                stage == 4,
            ],
            [LOST, onward, LOST, 1, onward, LOST, 2, WON, 4, WON, 3, LOST],
            stage,
        ).astype(np.int64)
        after = np.where(after == 5, np.where(stage == 4, after, WON), after)

        ramp = np.clip((leaves - push_day) / truth.extra_days_ramp, 0.0, 1.0)
        extra = np.where(after == WON, truth.extra_days_won, truth.extra_days_lost) * ramp
        slows = push & (stage == 4) & (segment == ENTERPRISE) & (after >= WON)
        leaves = np.where(slows, leaves + extra, leaves)

        again = np.where(stage == LOST, truth.reopen_lost, truth.reopen_won)
        reopens = ~is_open & ~reopened & (u("reopen") < again) & free & (before_close >= 2)
        after = np.where(reopens, before_close, after)
        leaves = np.where(reopens, time + 4.0 + 36.0 * u("reopen/days"), leaves)

        moving = ~done & (is_open | reopens)
        done |= ~moving
        if not moving.any():
            break
        moves.append((moving, stage.copy(), np.where(moving, after, stage), leaves.copy()))
        before_close = np.where(moving & is_open & (after >= WON), stage, before_close)
        reopened |= moving & reopens
        closed = np.where(moving & (after >= WON), leaves, np.where(moving, np.nan, closed))
        for open_stage in range(5):
            newly = moving & (after == open_stage) & np.isnan(entered[open_stage])
            entered[open_stage] = np.where(newly, leaves, entered[open_stage])
        stage = np.where(moving, after, stage)
        time = np.where(moving, leaves, time)
    return tuple(moves), closed, entered


def simulate_lives(company: Company, staff: People, draws: Draws, number: Ints) -> Lives:
    """Stage moves and what never changes, for opportunities of these numbers."""
    created = opportunity_times(company, draws, number)
    opened = number * 55 // 100
    new_account = draws.hit("account/new", number, 0.60)
    old_account = (draws.uniform("account/which", number) * (opened + 1)).astype(np.int64)
    legacy = draws.hit("account/legacy", number, 0.20) & ~new_account
    first_legacy = accounts_opened(company.opportunities) + 1
    legacy_account = first_legacy + draws.pick("account/old", number, company.legacy_accounts)
    account = np.where(new_account, opened, np.where(legacy, legacy_account, old_account))
    segment = account_segment(company, draws, account)
    kind = np.where(
        new_account,
        0,
        np.where(legacy | draws.hit("kind", number, 0.45), 1, 0),
    )
    kind = np.where((kind == 1) & draws.hit("kind/renewal", number, 0.06), 2, kind)
    first = draws.hit("first", number, 0.14).astype(np.int64)
    owner = staff.owners(draws.uniform("owner", number), created, segment)
    moves, closed, entered = _stage_moves(company, draws, number, created, segment, first, owner)
    return Lives(number, created, account, segment, owner, kind, first, moves, closed, entered)


class _Edits:
    """Edits of many opportunities, gathered piece by piece."""

    def __init__(self) -> None:
        self.parts: list[dict[str, Ints]] = []

    def add(self, row: Ints, second: Ints, what: int = TRACKED, **fields: Ints | int) -> None:
        part: dict[str, Ints] = {
            "row": row.astype(np.int64),
            "second": second.astype(np.int64),
            "what": np.full(len(row), what, dtype=np.int64),
            "order": np.full(len(row), len(self.parts), dtype=np.int64),
        }
        for name in FIELDS:
            value = fields.get(name, KEEP)
            part[name] = (
                value.astype(np.int64)
                if isinstance(value, np.ndarray)
                else np.full(len(row), value, dtype=np.int64)
            )
        self.parts.append(part)

    def table(self) -> Table:
        return {name: np.concatenate([p[name] for p in self.parts]) for name in self.parts[0]}


def _round_amount(amount: Floats) -> Ints:
    """Cents; sales people quote round numbers."""
    step = np.where(amount < 10_000, 50.0, np.where(amount < 50_000, 250.0, 1_000.0))
    return (np.round(amount / step) * step * 100).astype(np.int64)


def _planned_close(draws: Draws, name: str, number: Ints, day: Floats, left: Floats) -> Ints:
    """The close date a rep plans: what is left by experience, often moved to the month's end."""
    guess = day + left * np.exp(0.30 * draws.normal(name, number)) + 1.0
    whole = np.floor(guess).astype("datetime64[D]")
    month_end = (whole.astype("datetime64[M]") + 1).astype("datetime64[D]") - 1
    at_end = draws.hit(name + "/end", number, 0.35)
    return np.where(at_end, month_end, whole).astype("datetime64[D]").astype(np.int64)


def simulate_versions(
    company: Company,
    draws: Draws,
    lives: Lives,
    rates: tuple[Floats, Floats],
    staff: People,
) -> tuple[Table, Table]:
    """(opportunities, versions): the second has one row per edit with the whole state after it."""
    truth = company.truth
    number, segment = lives.number, lives.segment
    count = len(number)
    row = np.arange(count, dtype=np.int64)
    created_second = working_second(lives.created)
    currency = np.select(
        [draws.hit("currency/eur", number, 0.10), draws.hit("currency/gbp", number, 0.07)],
        [1, 2],
        0,
    ).astype(np.int64)
    month = np.clip(np.floor(lives.created).astype(np.int64), 0, None)
    rate_row = np.clip(month - day_number(HISTORY_START), 0, len(rates[0]) - 1)
    rate = np.select([currency == 1, currency == 2], [rates[0][rate_row], rates[1][rate_row]], 1.0)
    floor = _curve(truth.amount_floor, segment)
    cap = _curve(truth.amount_cap, segment)
    amount = np.clip(
        _curve(truth.amount_median, segment)
        * np.exp(_curve(truth.amount_spread, segment) * draws.normal("amount", number)),
        floor,
        cap,
    )
    never_priced = draws.hit("amount/never", number, 0.002)
    late_priced = draws.hit("amount/late", number, 0.03)

    typical = np.array(truth.stage_days)
    left_from = np.array([[typical[s, stage:].sum() for stage in range(5)] for s in range(3)])
    edits = _Edits()
    probability = np.array(STAGE_PROBABILITY, dtype=np.int64)
    forecast = np.array(STAGE_FORECAST, dtype=np.int64)

    def cents(usd: Floats, priced: Flags) -> Ints:
        return np.where(priced, _round_amount(usd * rate), NOTHING)

    close_day = _planned_close(
        draws, "close/first", number, lives.created, left_from[segment, lives.first_stage]
    )
    priced = ~never_priced & ~late_priced
    edits.add(
        row,
        created_second,
        stage=lives.first_stage,
        amount=cents(amount, priced),
        close_day=close_day,
        owner=lives.owner,
        forecast=forecast[lives.first_stage],
        kind=lives.kind,
        probability=probability[lives.first_stage],
    )
    entered = lives.created.copy()
    pushed_from = company.faulty_from("pushed_dates")
    monthly = (segment == MID_MARKET) & np.isfinite(pushed_from)
    for step, (moving, _, to_stage, leaves) in enumerate(lives.moves):
        # While the deal waits in its stage the rep pushes the close date that draws near.
        for push in range(3):
            draw = draws.uniform(f"push/{step}/{push}", number)
            at = np.maximum(close_day - 2.5 + 3.0 * draw, entered + 0.4)
            from_then = np.maximum(entered, pushed_from) + 15.0 + 30.0 * draw
            at = np.where(monthly, np.minimum(at, from_then), at)
            pushing = (
                moving & (at < leaves - 0.5) & draws.hit(f"push/does/{step}/{push}", number, 0.88)
            )
            later = np.floor(
                at
                + 8.0
                + (0.25 + 0.6 * draws.uniform(f"push/by/{step}/{push}", number))
                * left_from[segment, 3]
            ).astype(np.int64)
            later = np.where(monthly & (at >= pushed_from), close_day + 31, later)
            who = np.flatnonzero(pushing)
            edits.add(who, working_second(at[who]), close_day=later[who])
            close_day = np.where(pushing, later, close_day)
            entered = np.where(pushing, at, entered)
        is_close = to_stage >= WON
        at_second = working_second(leaves)
        reprices = draws.hit(f"reprice/{step}", number, 0.40)
        change = np.exp(0.10 * draws.normal(f"reprice/by/{step}", number))
        change = np.where(
            to_stage == WON,
            0.90 + 0.10 * draws.uniform(f"deal/{step}", number),
            np.where(to_stage == LOST, 1.0, change),
        )
        changes = moving & (reprices | (to_stage == WON))
        amount = np.where(changes, np.clip(amount * change, floor, cap), amount)
        is_discounted = (segment == ENTERPRISE) & (leaves >= company.faulty_from("discounts"))
        is_discounted &= moving & (to_stage == WON)
        amount = np.where(is_discounted, amount * 0.75, amount)
        priced_now = priced | (~never_priced & (to_stage >= 2))
        amount_field = np.where(changes | (priced_now & ~priced), cents(amount, priced_now), KEEP)
        priced = np.where(moving, priced_now, priced)
        replanned = _planned_close(
            draws,
            f"close/{step}",
            number,
            leaves,
            left_from[segment, np.minimum(to_stage, 4)],
        )
        replans = ~is_close & draws.hit(f"replan/{step}", number, 0.55)
        closes_today = is_close & (
            (to_stage == WON) | draws.hit(f"close/today/{step}", number, 0.85)
        )
        to_day = np.where(closes_today, at_second // DAY, replanned)
        sets_day = moving & (replans | closes_today)
        close_day = np.where(sets_day, to_day, close_day)
        commits = (to_stage == 4) & draws.hit(f"commit/{step}", number, 0.25)
        shown = np.where(
            (to_stage == 4) & draws.hit("unmapped", number, 0.0006), UNMAPPED_STAGE, to_stage
        )
        who = np.flatnonzero(moving)
        edits.add(
            who,
            at_second[who],
            stage=shown[who],
            amount=amount_field[who],
            close_day=np.where(sets_day, close_day, KEEP)[who],
            forecast=np.where(commits, 2, forecast[shown])[who],
            probability=probability[shown][who],
        )
        leaves_pilot = np.flatnonzero(moving & (shown == UNMAPPED_STAGE))
        edits.add(
            leaves_pilot,
            at_second[leaves_pilot] + 2 * 3_600,
            stage=4,
            forecast=1,
            probability=int(probability[4]),
        )
        entered = np.where(moving, leaves, entered)

    life = np.nan_to_num(lives.closed, nan=0.0) - lives.created
    _extra_edits(company, draws, lives, edits, amount * rate, life)
    owner_change, second_owner = _owner_change(draws, lives, staff)
    who = np.flatnonzero(owner_change > 0)
    edits.add(who, owner_change[who], owner=second_owner[who])
    retyped = np.flatnonzero(draws.hit("kind/change", number, 0.01) & (life > 3))
    edits.add(
        retyped,
        working_second(lives.created + life * 0.5)[retyped],
        kind=np.where(lives.kind == 0, 1, 0)[retyped],
    )
    bad, cut = _last_edits(draws, lives, edits)
    versions = _versions(number, edits.table(), cut)
    # Of the other reasons so many become this one that it doubles.
    misses_feature = (segment == MID_MARKET) & draws.hit("fault/reason", number, 0.14 / 0.86)
    misses_feature &= np.nan_to_num(lives.closed) >= company.faulty_from("product_gap")

    first_owner_missing = draws.hit("owner/none", number, 0.0004)
    versions["owner"] = np.where(first_owner_missing[versions["row"]], NOTHING, versions["owner"])
    opportunity: Table = {
        "number": number,
        "account": lives.account,
        "segment": segment,
        "created": created_second,
        "currency": np.where(
            (currency == 0) & draws.hit("currency/blank", number, 0.30), NOTHING, currency
        ),
        "kind": lives.kind,
        "source": draws.pick("source", number, 5),
        "next_step": np.where(
            draws.hit("next/none", number, 0.12), NOTHING, draws.pick("next", number, 6)
        ),
        "loss_reason": np.where(
            draws.hit("loss/none", number, 0.12),
            NOTHING,
            np.where(
                misses_feature,
                MISSING_FEATURE,
                np.searchsorted(np.array([0.30, 0.55, 0.72, 0.86]), draws.uniform("loss", number)),
            ),
        ),
        "campaign": np.where(
            draws.hit("campaign", number, 0.3), draws.pick("campaign/which", number, 12), NOTHING
        ),
        "bad": bad,
        "is_doubled": draws.hit("doubled", number, 0.003).astype(np.int64),
        "owner": lives.owner,
        "owner_changed": owner_change,
        "second_owner": second_owner,
        "won_second": np.where(
            np.isnan(lives.closed), 0, working_second(np.nan_to_num(lives.closed, nan=0.0))
        ),
    }
    return opportunity, versions


def _extra_edits(
    company: Company, draws: Draws, lives: Lives, edits: _Edits, amount: Floats, life: Floats
) -> None:
    """Edits of amount, probability and close date that belong to no stage move."""
    number = lives.number
    wanted = 0.55 + max(0.0, company.history_rows - USUAL_HISTORY_ROWS)
    for slot in range(int(np.ceil(wanted * 1.8)) + 1):
        share = min(1.0, max(0.0, wanted * 1.8 - slot)) * 0.57
        at = lives.created + life * (0.05 + 0.9 * draws.uniform(f"extra/at/{slot}", number))
        does = draws.hit(f"extra/{slot}", number, share) & (life > 2)
        what = draws.pick(f"extra/what/{slot}", number, 3)
        second = working_second(at)
        who = np.flatnonzero(does & (what == 0))
        change = np.exp(0.05 * draws.normal(f"extra/by/{slot}", number))
        edits.add(who, second[who], amount=_round_amount(amount * change)[who])
        who = np.flatnonzero(does & (what == 1))
        left = (lives.created + life - at) * (0.6 + draws.uniform(f"extra/left/{slot}", number))
        edits.add(who, second[who], close_day=np.floor(at + left + 2).astype(np.int64)[who])
        who = np.flatnonzero(does & (what == 2))
        edits.add(
            who,
            second[who],
            probability=(10 + 5 * draws.pick(f"extra/to/{slot}", number, 15))[who],
        )


def _owner_change(draws: Draws, lives: Lives, staff: People) -> tuple[Ints, Ints]:
    """When and to whom a deal is handed over: now and then, and always when a rep leaves."""
    number = lives.number
    end = np.where(np.isnan(lives.closed), lives.created, lives.closed)
    at = lives.created + (end - lives.created) * (0.1 + 0.8 * draws.uniform("handover/at", number))
    second = working_second(at)
    left_day = day_number(LEFT_ON)
    first_of_next = left_day + 1
    of_leaver = (lives.owner % REPS_PER_POD == LEAVER) & (end >= first_of_next)
    second = np.where(
        of_leaver,
        left_day * DAY + 15 * 3_600 + draws.pick("handover/leaver", number, 7_200),
        second,
    )
    day = np.where(of_leaver, float(first_of_next), at)
    to = staff.owners(draws.uniform("handover/to", number), day, lives.segment)
    does = of_leaver | (draws.hit("handover", number, 0.03) & (end - lives.created > 2))
    # Nobody hands a deal to the one who is about to leave.
    does &= (to != lives.owner) & (to % REPS_PER_POD != LEAVER)
    return np.where(does, second, 0), np.where(does, to, lives.owner)


def _last_edits(draws: Draws, lives: Lives, edits: _Edits) -> tuple[Ints, Ints]:
    """Deletions and edits made with tracking off: each is the last thing that happens to a deal.

    Returns what is wrong with the current row, and the second after which nothing else happens.
    """
    number = lives.number
    end = np.where(np.isnan(lives.closed), lives.created, lives.closed)
    cut = np.full(len(number), 2**61, dtype=np.int64)
    row = np.arange(len(number), dtype=np.int64)

    deleted = draws.hit("deleted", number, 0.012)
    at = lives.created + (end - lives.created) * (0.1 + 1.3 * draws.uniform("deleted/at", number))
    second = working_second(at)
    edits.add(row[deleted], second[deleted], what=DELETION)
    cut = np.where(deleted, second, cut)

    final = np.full(len(number), -1, dtype=np.int64)
    for moving, _, to_stage, _ in lives.moves:
        final = np.where(moving, to_stage, final)
    is_lost = (final == LOST) & ~deleted
    kind = np.searchsorted(
        np.cumsum([0.0020, 0.0015, 0.0008, 0.0008, 0.0008, 0.0008]),
        draws.uniform("untracked", number),
        side="right",
    )
    second = working_second(end + 1.0 + 15.0 * draws.uniform("untracked/at", number))
    bad = np.zeros(len(number), dtype=np.int64)
    for value in range(6):
        who = np.flatnonzero(is_lost & (kind == value))
        if value == 0:
            new = _round_amount(1_000.0 + 8_000.0 * draws.uniform("untracked/to", number))
            edits.add(who, second[who], what=UNTRACKED, amount=new[who])
        elif value == 1:
            edits.add(who, second[who], what=UNTRACKED, close_day=second[who] // DAY + 20)
        else:
            bad[who] = value - 1
            edits.add(who, second[who], what=UNTRACKED)
        cut[who] = second[who]
    return bad, cut


def _versions(number: Ints, edits: Table, cut: Ints) -> Table:
    """Sort the edits, carry every field forward, and note which fields each edit changed."""
    keep = edits["second"] <= cut[edits["row"]]
    keep &= ~((edits["second"] == cut[edits["row"]]) & (edits["what"] == TRACKED))
    edits = {name: values[keep] for name, values in edits.items()}
    by_time = np.lexsort((edits["order"], edits["second"], edits["row"]))
    edits = {name: values[by_time] for name, values in edits.items()}
    row = edits["row"]
    count = len(row)
    place = np.arange(count, dtype=np.int64)
    is_first = np.ones(count, dtype=bool)
    is_first[1:] = row[1:] != row[:-1]

    # Edits of one deal within a second would leave their order to chance.
    spaced = edits["second"] - place + row * 2**40
    second = np.maximum.accumulate(spaced) + place - row * 2**40

    out: Table = {"row": row, "number": number[row], "second": second, "what": edits["what"]}
    changed = np.zeros(count, dtype=np.int64)
    for bit, name in enumerate(FIELDS):
        values = edits[name]
        source = np.maximum.accumulate(np.where(values != KEEP, place, 0))
        filled = values[source]
        differs = np.zeros(count, dtype=bool)
        differs[1:] = filled[1:] != filled[:-1]
        changed |= np.where(differs | is_first, 1 << bit, 0)
        out[name] = filled
        before = np.roll(filled, 1)
        before[is_first] = NOTHING
        out[name + "_before"] = before
    out["is_first"] = is_first.astype(np.int64)
    out["changed"] = changed
    # A save that changes nothing leaves no trace in the CRM.
    real = is_first | (changed != 0) | (edits["what"] != TRACKED)
    real &= second < HORIZON_SECOND
    out = {name: values[real] for name, values in out.items()}
    row = out["row"]
    start = np.flatnonzero(np.r_[True, row[1:] != row[:-1]])
    sizes = np.diff(np.r_[start, len(row)])
    out["edit"] = np.arange(len(row)) - np.repeat(start, sizes)
    until = np.full(len(row), 2**61, dtype=np.int64)
    same = row[1:] == row[:-1]
    until[:-1] = np.where(same, out["second"][1:], until[:-1])
    out["until"] = until
    return out


# --- activities -----------------------------------------------------------------------------

CALL, EMAIL, REPLY, ROBOT_MAIL, TODO = 0, 1, 2, 3, 4
MEETING, DISCOVERY, DEMO = 0, 1, 2
HELD, NO_SHOW, CANCELLED, RESCHEDULED, NO_OUTCOME = 0, 1, 2, 3, 4

_ACTIVITY_SHARE = (0.75, 1.0, 1.55)
_EVENTS_AND_FIRST_CALLS = 3.5


def simulate_tasks(company: Company, draws: Draws, lives: Lives, opportunity: Table) -> Table:
    """Calls, mails, replies, automated mail and to-dos around each deal."""
    truth = company.truth
    number = lives.number
    calls_up = truth.calls_in_push if company.has_push else 1.0
    tasks = company.activities - _EVENTS_AND_FIRST_CALLS
    slots = int(np.ceil(tasks * max(_ACTIVITY_SHARE) * calls_up))
    end = np.where(np.isnan(lives.closed), lives.created + 30.0, lives.closed)
    start = lives.created - 8.0
    index = number[:, None] * 256 + np.arange(slots)[None, :]
    at = start[:, None] + (end - start)[:, None] * draws.uniform("task/at", index)
    at.sort(axis=1)
    shares = np.array([0.40, 0.38, 0.03, 0.11, 0.08])
    what = np.searchsorted(np.cumsum(shares)[:-1], draws.uniform("task/what", index), "right")
    in_push = (at >= day_number(PUSH_START)) & company.has_push
    weight = np.where(in_push & ((what == CALL) | (what == TODO)), calls_up, 1.0)
    careless = (lives.owner % REPS_PER_POD == CARELESS_REP)[:, None]
    weight = np.where(careless & (at >= company.faulty_from("careless_rep")), 2.0, weight)
    wanted = np.array(_ACTIVITY_SHARE)[lives.segment][:, None] * tasks
    keep = draws.uniform("task/keep", index) < wanted * weight / slots
    deleted = opportunity["deleted"]
    second = working_second(at)
    keep &= second < np.minimum(deleted[:, None], HORIZON_SECOND)

    rows, places = np.nonzero(keep)
    slot = index[rows, places]
    second = second[rows, places] // 60 * 60 + draws.pick("task/second", slot, 6) * 10
    what = what[rows, places].astype(np.int64)
    todo = what == TODO
    due = second // DAY + 1 + draws.pick("task/due", slot, 4)
    due += np.select([(due + 3) % 7 == 5, (due + 3) % 7 == 6], [2, 1], 0)
    late = draws.uniform("task/late", slot)
    done = due * DAY + 9 * 3_600 + draws.pick("task/done", slot, 480) * 60
    done = np.where(late > 0.985, 2**61, np.where(late > 0.955, done + 9 * DAY, done))
    done = np.where(late < 0.25, np.maximum(done - DAY, second + 1_800), done)
    call_like = (what == CALL) | todo
    talked = draws.hit("task/talked", slot, 0.42)
    table: Table = {
        "slot": slot,
        "number": number[rows],
        "account": lives.account[rows],
        "owner": _owner_at(opportunity, rows, second),
        "created": second,
        "what": what,
        "due": np.where(todo, due, NOTHING),
        "done": np.where(todo, done, second),
        "has_deal": (second >= opportunity["created"][rows]).astype(np.int64),
        "lead": np.full(len(rows), NOTHING),
        "seconds": np.where(
            call_like & talked, 60 + 30 * draws.pick("task/length", slot, 40), NOTHING
        ),
        "subject": draws.pick("task/subject", slot, 3),
        "is_deleted": draws.hit("task/deleted", slot, 0.002).astype(np.int64),
        "dirt": np.searchsorted(
            np.cumsum([0.002, 0.0004, 0.0003]), draws.uniform("task/dirt", slot), "right"
        ),
    }
    return table


def _owner_at(opportunity: Table, rows: Ints, second: Ints) -> Ints:
    changed = opportunity["owner_changed"][rows]
    after = (changed > 0) & (second >= changed)
    return np.where(after, opportunity["second_owner"][rows], opportunity["owner"][rows])


def simulate_leads(
    company: Company, draws: Draws, lives: Lives, opportunity: Table
) -> tuple[Table, Table]:
    """(leads, the first calls to them): some became these deals, others became nothing."""
    number = lives.number
    leads: list[Table] = []
    converts = (lives.kind == 0) & draws.hit("lead/converts", number, 0.55)
    for slot, exists in ((0, converts), (1, draws.hit("lead/other", number, 0.75))):
        rows = np.flatnonzero(exists)
        ident = number[rows] * 4 + slot
        before = 0.5 + 9.0 * draws.uniform("lead/before", ident) ** 2
        second = working_second(lives.created[rows] - before)
        night = draws.hit("lead/night", ident, 0.2)
        second = np.where(
            night,
            second // DAY * DAY + 19 * 3_600 + draws.pick("lead/clock", ident, 14_000),
            second,
        )
        hot = draws.pick("lead/rating", ident, 4)
        minutes = np.where(hot == 0, 9.0, 40.0) * np.exp(1.1 * draws.normal("lead/wait", ident))
        # SMB East are the first eight reps of each pod.
        is_slow = (hot == 0) & (lives.owner[rows] % REPS_PER_POD < 8)
        is_slow &= second >= company.faulty_from("slow_leads") * DAY
        minutes = np.where(is_slow, minutes * 7.5, minutes)
        answered = (slot == 0) | draws.hit("lead/answered", ident, 0.86)
        touch = answered_second(second, np.minimum(minutes, 4_000.0))
        created = opportunity["created"][rows]
        touch = np.where((slot == 0) & (touch >= created), created - 60, touch)
        touch = np.maximum(touch, second + 60)
        leads.append(
            {
                "lead": ident,
                "number": number[rows],
                "account": lives.account[rows],
                "owner": lives.owner[rows],
                "created": second,
                "touched": np.where(answered, touch, 2**61),
                "converted": created if slot == 0 else np.full(len(rows), 2**61),
                "rating": np.minimum(hot, 2),
                "source": draws.pick("lead/source", ident, 5),
                "status": draws.pick("lead/status", ident, 2),
            }
        )
    table = {name: np.concatenate([part[name] for part in leads]) for name in leads[0]}
    table = {name: values[np.argsort(table["lead"])] for name, values in table.items()}
    called = table["touched"] < HORIZON_SECOND
    slot = table["number"] * 256 + 250 + table["lead"] % 4
    calls: Table = {
        "slot": slot[called],
        "number": table["number"][called],
        "account": table["account"][called],
        "owner": table["owner"][called],
        "created": table["touched"][called],
        "what": np.where(draws.hit("lead/mail", slot, 0.3), EMAIL, CALL)[called],
        "due": np.full(called.sum(), NOTHING),
        "done": table["touched"][called],
        "has_deal": np.zeros(called.sum(), dtype=np.int64),
        "lead": table["lead"][called],
        "seconds": np.full(called.sum(), NOTHING),
        "subject": draws.pick("task/subject", slot, 3)[called],
        "is_deleted": np.zeros(called.sum(), dtype=np.int64),
        "dirt": np.full(called.sum(), 9, dtype=np.int64),
    }
    kept = table["created"] < HORIZON_SECOND
    return {name: values[kept] for name, values in table.items()}, calls


def simulate_events(
    company: Company, draws: Draws, lives: Lives, opportunity: Table, staff: People
) -> Table:
    """Discovery meetings, demos and other meetings, with the copies of those invited."""
    truth = company.truth
    number, segment = lives.number, lives.segment
    push_day = float(day_number(PUSH_START)) if company.has_push else np.inf
    end = np.where(np.isnan(lives.closed), lives.created + 30.0, lives.closed)
    parts: list[Table] = []

    def add(slot: int, kind: int, at: Floats, share: Floats) -> None:
        exists = ~np.isnan(at) & draws.hit(f"event/{slot}", number, share)
        rows = np.flatnonzero(exists)
        ident = number[rows] * 16 + slot
        starts = working_second(at[rows])
        ahead = 0.6 + 7.0 * draws.uniform("event/ahead", ident)
        created = working_second(at[rows] - ahead)
        created = np.maximum(created, opportunity["created"][rows] + 1_200)
        starts = np.maximum(starts, created + 3_600) // 1_800 * 1_800 + 1_800
        outcome = np.searchsorted(
            # Who has agreed to a discovery call nearly always turns up.
            np.array([0.93, 0.96, 0.98, 0.99] if kind == DISCOVERY else [0.79, 0.89, 0.94, 0.98]),
            draws.uniform("event/outcome", ident),
            "right",
        )
        parts.append(
            {
                "slot": ident,
                "number": number[rows],
                "account": lives.account[rows],
                "owner": _owner_at(opportunity, rows, created),
                "created": created,
                "starts": starts,
                "length": 1 + draws.pick("event/length", ident, 2),
                "what": np.full(len(rows), kind, dtype=np.int64),
                "outcome": outcome.astype(np.int64),
                "is_child": np.zeros(len(rows), dtype=np.int64),
                "stop": opportunity["deleted"][rows],
            }
        )

    def share_by_time(at: Floats, base: object, pushed: object) -> Floats:
        return np.where(at >= push_day, _curve(pushed, segment), _curve(base, segment))

    discovery, qualified, demo = lives.entered[1], lives.entered[2], lives.entered[3]
    stays = np.fmin(np.fmin(qualified, demo), end) - discovery
    at = discovery + np.maximum(stays, 0.3) * (
        0.1 + 0.8 * draws.uniform("event/discovery/at", number)
    )
    add(
        0,
        DISCOVERY,
        at,
        share_by_time(at, truth.discovery_meeting, truth.discovery_meeting_in_push),
    )
    at = demo + 0.3 + 4.0 * draws.uniform("event/demo/at", number)
    add(1, DEMO, at, np.full(len(number), 0.93))
    at = demo + 5.0 + 6.0 * draws.uniform("event/demo2/at", number)
    second = np.where(at >= push_day, truth.second_demo_in_push, truth.second_demo)
    add(2, DEMO, np.where(at < end, at, np.nan), second)
    for slot in range(3, 7):
        at = lives.created + (end - lives.created) * draws.uniform(f"event/at/{slot}", number)
        base = np.array([0.10, 0.17, 0.36])[segment]
        up = np.where(at >= push_day, truth.meetings_in_push, 1.0)
        add(slot, MEETING, at, base * up)
    table = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    invited = np.flatnonzero(draws.hit("event/invited", table["slot"], 0.18))
    copies = {name: values[invited] for name, values in table.items()}
    copies["slot"] = copies["slot"] + 8
    copies["owner"] = staff.manager_of_rep[copies["owner"]]
    copies["is_child"] = np.ones(len(invited), dtype=np.int64)
    table = {name: np.concatenate([table[name], copies[name]]) for name in table}
    kept = table["created"] < np.minimum(table["stop"], HORIZON_SECOND)
    by_slot = np.argsort(table["slot"][kept])
    return {name: values[kept][by_slot] for name, values in table.items()}


def simulate_block(
    company: Company,
    staff: People,
    draws: Draws,
    rates: tuple[Floats, Floats],
    first: int,
    last: int,
    *,
    with_activities: bool = True,
) -> dict[str, Table]:
    """The log of the opportunities numbered first .. last - 1."""
    number = np.arange(first, last, dtype=np.int64)
    lives = simulate_lives(company, staff, draws, number)
    opportunity, versions = simulate_versions(company, draws, lives, rates, staff)
    deleted = np.full(len(number), 2**61, dtype=np.int64)
    gone = versions["what"] == DELETION
    deleted[versions["row"][gone]] = versions["second"][gone]
    opportunity["deleted"] = deleted
    tables = {"opportunity": opportunity, "version": versions}
    if with_activities:
        leads, calls = simulate_leads(company, draws, lives, opportunity)
        tasks = simulate_tasks(company, draws, lives, opportunity)
        tasks = {name: np.concatenate([tasks[name], calls[name]]) for name in tasks}
        by_slot = np.argsort(tasks["slot"], kind="stable")
        tables["task"] = {name: values[by_slot] for name, values in tasks.items()}
        tables["lead"] = leads
        tables["event"] = simulate_events(company, draws, lives, opportunity, staff)
    return tables
