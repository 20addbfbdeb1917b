"""What the CRM's event log does not hold: accounts, people, rates, plans and finance."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb
import numpy as np

from demo_companies import company as facts
from demo_companies.company import Company, People, Spell
from demo_companies.ids import salesforce_id
from demo_companies.rng import Draws, Floats, Ints
from demo_companies.simulate import account_segment, opportunity_times

LEAD_SOURCES = ("Web", "Referral", "Event", "Outbound", "Partner")
NEXT_STEPS = (
    "Send recap",
    "Book demo",
    "Security review",
    "Legal review",
    "Meet economic buyer",
    "Confirm budget",
)
LOSS_REASONS = ("Price", "No Decision", "Lost to Competitor", "Missing Feature", "Timing")
INDUSTRIES = (
    "Software",
    "Manufacturing",
    "Retail",
    "Healthcare",
    "Financial Services",
    "Logistics",
    "Education",
    "Media",
)
ACCOUNT_FIRST = (
    "Alder",
    "Amber",
    "Anchor",
    "Arrow",
    "Aspen",
    "Beacon",
    "Birch",
    "Blue",
    "Bright",
    "Cedar",
    "Clear",
    "Cobalt",
    "Copper",
    "Coral",
    "Crown",
    "Delta",
    "Eagle",
    "Echo",
    "Elm",
    "Ember",
    "Fern",
    "Flint",
    "Forge",
    "Granite",
    "Harbor",
    "Hazel",
    "Iron",
    "Juniper",
    "Lake",
    "Linden",
    "Maple",
    "Marble",
    "North",
    "Oak",
    "Onyx",
    "Pine",
    "River",
    "Silver",
    "Stone",
    "Willow",
)
ACCOUNT_LAST = (
    "Analytics",
    "Brothers",
    "Components",
    "Dynamics",
    "Energy",
    "Foods",
    "Freight",
    "Group",
    "Health",
    "Industries",
    "Instruments",
    "Labs",
    "Logistics",
    "Materials",
    "Media",
    "Motors",
    "Networks",
    "Partners",
    "Robotics",
    "Services",
    "Software",
    "Supply",
    "Systems",
    "Tools",
    "Works",
)

# Planned closed won per fiscal quarter for the usual volume, in thousands of dollars, by segment.
PLAN = (
    (430, 460, 60),
    (740, 3_500, 810),
    (840, 3_700, 3_160),
    (860, 3_860, 3_880),
    (850, 3_750, 3_800),
    (850, 3_700, 3_750),
    (830, 3_600, 3_670),
    (800, 3_500, 3_500),
    (820, 3_560, 3_620),
    (830, 3_600, 3_670),
)


def daily_rates() -> tuple[Floats, Floats]:
    """EUR and GBP per US dollar on every day from the start of history, by month; one world."""
    draws = Draws(0)
    out = []
    for code, level in (("EUR", 0.92), ("GBP", 0.79)):
        months = np.arange(40, dtype=np.int64)
        rate = np.round(level * (1 + 0.03 * (draws.uniform(f"rate/{code}", months) - 0.5)), 4)
        first = np.datetime64("2023-09-01")
        days = first + np.arange(900)
        month = (days.astype("datetime64[M]") - np.datetime64("2023-09")).astype(np.int64)
        out.append(rate[month])
    return out[0], out[1]


def accounts(company: Company, draws: Draws, staff: People, number: Ints) -> dict[str, Ints]:
    """One row per account; those after the opened ones were customers before the CRM was."""
    segment = account_segment(company, draws, number)
    is_legacy = number >= company.new_accounts
    first_deal = np.minimum(-(-number * 100 // 55), company.opportunities - 1)
    first_time = opportunity_times(company, draws, np.where(is_legacy, 0, first_deal))
    created = np.floor(first_time - 70 - 40 * draws.uniform("account/created", number))
    created = np.where(
        is_legacy,
        facts.day_number(dt.date(2021, 1, 1))
        + np.floor(900 * draws.uniform("account/created", number)),
        created,
    )
    low = np.array([12, 200, 2_000])[segment]
    high = np.array([199, 1_999, 20_000])[segment]
    size = np.round(low * (high / low) ** draws.uniform("account/size", number)).astype(np.int64)
    unknown = draws.hit("account/unsized", number, 0.05)
    named = (unknown & draws.hit("account/named", number, 0.85)) | draws.hit(
        "account/named too", number, 0.04
    )
    owner = staff.owners(draws.uniform("account/owner", number), created, segment)
    return {
        "number": number,
        "segment": segment,
        "owner": owner,
        "created": created.astype(np.int64) * facts.DAY + 32_400,
        "employees": np.where(unknown, -1, size),
        "revenue": np.where(
            draws.hit("account/revenue", number, 0.6), -1, size * 150 // 10 * 1_000
        ),
        "industry": draws.pick("account/industry", number, len(INDUSTRIES)),
        "country": np.minimum(draws.pick("account/country", number, 8), 3) % 4,
        "named": np.where(named, segment, -1),
        "parent": np.where(
            draws.hit("account/parent", number, 0.02) & (number > 50), number - 40, -1
        ),
    }


def _values(rows: Iterable[Sequence[str]]) -> str:
    return ", ".join("(" + ", ".join(row) + ")" for row in rows)


def _text(value: str | None) -> str:
    return "null" if value is None else "'" + value.replace("'", "''") + "'"


def spell_on(staff: People, person: int, day: dt.date) -> Spell | None:
    """The roster spell of a person on a day."""
    return facts.spell_of([s for s in staff.spells if s.person == person], day)


def _roles(staff: People) -> dict[str, int]:
    names = dict.fromkeys(p.role for p in staff.persons if p.role)
    return {name: place for place, name in enumerate(names)}


def small_tables(staff: People, until: dt.date) -> dict[str, str]:
    """Queries for the tables that do not come from the log."""
    end = f"timestamp '{until + dt.timedelta(days=1)} 00:00:00'"
    roles = _roles(staff)
    teams = {team: label for team, label, _, _ in facts.TEAMS}
    user_rows = []
    for person in staff.persons:
        created = (
            min(person.start, dt.date(2023, 5, 2))
            if person.start < facts.HISTORY_START
            else person.start
        )
        if created > until:
            continue
        spell = spell_on(staff, person.number, min(until, person.end or until)) or next(
            (s for s in staff.spells if s.person == person.number), None
        )
        role = person.role
        if spell is not None and spell.role == "rep":
            base = spell.team
            for team, label in teams.items():
                if base == team or base.startswith(team + "_"):
                    role = f"{label} Rep"
        active = person.end is None or person.end > until
        manager = spell.manager if spell is not None else None
        email = person.name.lower().replace(" ", ".").replace("'", "") + "@kelvinmark.example"
        user_rows.append(
            (
                f"sf_id('005', {person.number})",
                _text(person.name),
                _text(email),
                str(active).lower(),
                f"sf_id('005', {manager})" if manager is not None else "cast(null as varchar)",
                f"sf_id('00E', {roles[role]})" if role else "cast(null as varchar)",
                _text(person.title) if person.title else "cast(null as varchar)",
                f"timestamp '{created} 09:00:00'",
                _text("Standard" if person.is_human else "AutomatedProcess"),
                _text("Europe/London"),
            )
        )
    role_rows = []
    for name, place in roles.items():
        parent = None
        if name.endswith(" Manager"):
            parent = roles["VP Sales"]
        elif name.endswith(" Rep"):
            parent = roles[name.removesuffix(" Rep") + " Manager"]
        role_rows.append(
            (
                f"sf_id('00E', {place})",
                _text(name),
                f"sf_id('00E', {parent})" if parent is not None else "cast(null as varchar)",
            )
        )
    stages = []
    for place, name in enumerate(facts.STAGES):
        shown = facts.OLD_PROPOSAL_NAME if place == 4 and until < facts.RENAME_DAY else name
        stages.append(
            (
                f"sf_id('01J', {place})",
                _text(shown),
                _text(shown),
                str(place + 1),
                "true",
                str(place in (5, 6)).lower(),
                str(place == 5).lower(),
                f"{facts.STAGE_PROBABILITY[place]}.0::double",
                _text(facts.FORECAST_CATEGORIES[facts.STAGE_FORECAST[place]]),
            )
        )
    return {
        "user": "select * from (values "
        + _values(user_rows)
        + """)
            as users (id, name, email, is_active, manager_id, user_role_id, title, created_date,
            user_type, time_zone_sid_key)""",
        "user_role": "select * from (values "
        + _values(role_rows)
        + ") as roles (id, name, parent_role_id)",
        "opportunity_stage": "select * from (values "
        + _values(stages)
        + """)
            as stages (id, api_name, master_label, sort_order, is_active, is_closed, is_won,
            default_probability, forecast_category)""",
        "dated_conversion_rate": f"""
            select * from (values {_values(_rate_rows())})
            as rates (id, iso_code, conversion_rate, start_date, next_start_date)
            where start_date < {end}""",
        "currency_type": """
            select * from (values
                ('USD', cast(1 as decimal(18, 6)), true, true),
                ('EUR', cast(0.92 as decimal(18, 6)), false, true),
                ('GBP', cast(0.79 as decimal(18, 6)), false, true)
            ) as currencies (iso_code, conversion_rate, is_corporate, is_active)""",
    }


def _rate_rows() -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    eur, gbp = daily_rates()
    first = facts.day_number(facts.HISTORY_START)
    for code, rates in (("EUR", eur), ("GBP", gbp)):
        start = dt.date(2023, 1, 1)
        for number in range(36):
            month = dt.date(2023 + number // 12, number % 12 + 1, 1)
            if month < start:
                continue
            after = dt.date(2023 + (number + 1) // 12, (number + 1) % 12 + 1, 1)
            # Every seventh window was typed in one day too long.
            shown = after + dt.timedelta(days=1 if number % 7 == 3 else 0)
            place = max(0, facts.day_number(month) - first)
            rows.append(
                (
                    f"sf_id('04w', {len(rows)})",
                    _text(code),
                    f"cast({rates[place]:.4f} as decimal(18, 6))",
                    f"date '{month}'",
                    f"date '{shown}'",
                )
            )
    return rows


# --- planning files -------------------------------------------------------------------------


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _user(number: int) -> str:
    return salesforce_id("005", number)


def quarter_months(quarter: dt.date) -> list[dt.date]:
    """The three months of a fiscal quarter."""
    return [
        dt.date(quarter.year + (quarter.month - 1 + n) // 12, (quarter.month - 1 + n) % 12 + 1, 1)
        for n in range(3)
    ]


def next_month(month: dt.date) -> dt.date:
    """The first day of the month after a first day of a month."""
    return dt.date(month.year + month.month // 12, month.month % 12 + 1, 1)


def plan(company: Company, quarter: int, segment: int) -> int:
    """Planned closed won of a segment in a quarter, in whole dollars."""
    return round(PLAN[quarter][segment] * company.opportunities / facts.USUAL_OPPORTUNITIES) * 1_000


def quota_rows(company: Company, staff: People, until: dt.date) -> list[tuple[str, str, int]]:
    """Full monthly quotas; the plan of a quarter comes out on its first day."""
    rows = []
    for number, quarter in enumerate(facts.QUARTERS):
        if quarter > until:
            continue
        months = quarter_months(quarter)
        carried = [0.0, 0.0, 0.0]
        who: list[tuple[int, dt.date, int]] = []
        for month in months:
            for rep in range(staff.rep_count):
                spell = spell_on(staff, rep, month)
                if spell is None:
                    continue
                segment = facts.SEGMENTS.index(spell.segment)
                carried[segment] += facts.ramp_share(segment, staff.persons[rep].start, month)
                who.append((rep, month, segment))
        for rep, month, segment in who:
            if staff.persons[rep].start > until:
                continue
            full = plan(company, number, segment) * 1.05 / carried[segment]
            rows.append((_user(rep), month.isoformat()[:7], round(full / 100) * 100))
    return sorted(rows, key=lambda row: (row[0], row[1]))


def write_plans(
    db: duckdb.DuckDBPyConnection, company: Company, staff: People, folder: Path, until: dt.date
) -> None:
    """Write the planning files as they stood at the end of a day."""
    draws = Draws(company.seed)
    _write(folder / "quotas.csv", ("rep", "month", "amount"), quota_rows(company, staff, until))
    targets = []
    for number, quarter in enumerate(facts.QUARTERS):
        if quarter <= until:
            parts = [plan(company, number, segment) for segment in range(3)]
            for name, amount in zip(("all", *facts.SEGMENTS), (sum(parts), *parts), strict=True):
                targets.append((name, quarter.isoformat(), "closed_won_amount", amount))
    _write(folder / "targets.csv", ("segment", "quarter", "metric", "amount"), targets)
    _write(
        folder / "rep_roster.csv",
        ("rep", "start", "end", "role", "segment", "team", "manager"),
        [
            (
                _user(spell.person),
                spell.start,
                spell.end if spell.end is not None and spell.end <= until else "",
                spell.role,
                spell.segment,
                spell.team,
                _user(spell.manager) if spell.manager is not None else "",
            )
            for spell in staff.spells
            if spell.start <= until
        ],
    )
    _write(
        folder / "ramp_schedule.csv",
        ("segment", "month", "share"),
        [
            (facts.SEGMENTS[segment], month + 1, share)
            for segment, schedule in enumerate(facts.RAMP)
            for month, share in enumerate(schedule)
        ],
    )
    _write(
        folder / "business_hours.csv",
        ("weekday", "open", "close", "time_zone"),
        [(weekday, "08:00", "18:00", "UTC") for weekday in range(1, 6)],
    )
    _write(
        folder / "holidays.csv",
        ("date", "name"),
        [
            (f"{year}-{day}", name)
            for year in (2023, 2024, 2025)
            for day, name in (("12-25", "Christmas Day"), ("12-26", "Boxing Day"))
        ]
        + [("2024-01-01", "New Year"), ("2025-01-01", "New Year")],
    )
    _write(
        folder / "interventions.csv",
        ("breach_id", "taken_at", "taken_by", "act"),
        [
            row
            for row in (
                (
                    "recorded-before-the-kpi-system",
                    "2025-03-04T10:00:00Z",
                    _user(staff.robot - 1),
                    "Pricing review with finance",
                ),
            )
            if row[1][:10] <= until.isoformat()
        ],
    )
    _write_forecasts(db, company, staff, draws, folder, until)
    _write_finance(db, company, draws, folder, until)
    _write_signals(db, company, draws, folder)


def _write_forecasts(
    db: duckdb.DuckDBPyConnection,
    company: Company,
    staff: People,
    draws: Draws,
    folder: Path,
    until: dt.date,
) -> None:
    """Every Monday each rep commits: what is won, a share of the proposals, and some hope."""
    mondays = [
        facts.from_day_number(day)
        for day in range(
            facts.day_number(dt.date(2024, 12, 1)), facts.day_number(facts.HORIZON) + 1
        )
        if (day + 3) % 7 == 0
    ]
    quarter_of = {m: max(q for q in facts.QUARTERS if q <= m) for m in mondays}
    ends = {quarter: next_month(quarter_months(quarter)[-1]) for quarter in facts.QUARTERS}
    won = {
        (owner, day): cents
        for owner, day, cents in db.execute("""
            select owner, second // 86400, cast(sum(amount) as bigint)
            from log_version
            where stage = 5 and changed & 1 > 0 and owner >= 0 and amount >= 0
            group by all""").fetchall()
    }
    open_now: dict[tuple[int, int], int] = {
        (owner, monday): cents
        for owner, monday, cents in db.execute(f"""
            with waits as (
                select owner, amount, close_day, unnest(generate_series(
                    -- the first and the last Monday at eight of the state
                    ((second - 28800 + 259200) // 604800 + 1) * 7 - 3,
                    ((least(until, {facts.day_number(facts.HORIZON) + 2} * 86400) - 28800 - 1
                        + 259200) // 604800) * 7 - 3,
                    7)) as monday
                from log_version
                where stage = 4 and what = 0 and owner >= 0 and amount >= 0
            )
            select owner, monday, cast(sum(amount) as bigint)
            from waits
            where close_day < quarter_end(monday)
            group by all""").fetchall()
    }
    quotas: dict[tuple[str, str], int] = {
        (rep, month): amount for rep, month, amount in quota_rows(company, staff, facts.HORIZON)
    }
    rows = []
    for monday in mondays:
        if monday > until:
            break
        quarter = quarter_of[monday]
        end = ends[quarter]
        left = (end - monday).days / 91
        for rep in range(staff.rep_count):
            if spell_on(staff, rep, monday) is None:
                continue
            day, first = facts.day_number(monday), facts.day_number(quarter)
            so_far = sum(won.get((rep, d), 0) for d in range(first, day)) / 100
            ahead = open_now.get((rep, day), 0) / 100
            quota = sum(
                quotas.get((_user(rep), m.isoformat()[:7]), 0) for m in quarter_months(quarter)
            )
            mood = 0.9 + 0.3 * float(
                draws.uniform("forecast", np.array([day * 1_000 + rep], dtype=np.int64))[0]
            )
            commit = round((so_far + (0.22 * ahead + 0.50 * quota * left) * mood) / 100) * 100
            best = round((commit + 0.15 * ahead + 0.10 * quota * left) / 100) * 100
            for category, amount in (("commit", commit), ("best_case", best)):
                rows.append(
                    (f"{monday}T08:00:00Z", _user(rep), quarter.isoformat(), category, amount)
                )
    _write(
        folder / "forecast_submissions.csv",
        ("submitted_at", "rep", "quarter", "category", "amount"),
        rows,
    )


def _write_finance(
    db: duckdb.DuckDBPyConnection, company: Company, draws: Draws, folder: Path, until: dt.date
) -> None:
    """ARR movements, spend and margin of the months finance has closed."""
    first_legacy = company.new_accounts
    deals = db.execute("""
        select o.account, o.kind, max_by(v.second, v.second) // 86400 as won_day,
            max_by(v.amount, v.second) as cents, max_by(o.currency, v.second) as currency
        from log_version as v
        inner join log_opportunity as o on v.number = o.number
        where v.stage = 5 and v.changed & 1 > 0 and v.amount >= 0
        group by o.number, o.account, o.kind
        order by won_day, o.number""").fetchnumpy()
    account = np.asarray(deals["account"], dtype=np.int64)
    day = np.asarray(deals["won_day"], dtype=np.int64)
    kind = np.asarray(deals["kind"], dtype=np.int64)
    rate = np.select(
        [np.asarray(deals["currency"]) == 1, np.asarray(deals["currency"]) == 2], [0.92, 0.79], 1.0
    )
    amount = np.round(np.asarray(deals["cents"], dtype=np.int64) / 100 / rate)
    month = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    last = np.datetime64(until + dt.timedelta(days=1)).astype("datetime64[M]").astype(np.int64)
    moves: list[tuple[int, int, str, float]] = []
    start_month = int(np.datetime64("2023-09").astype(np.int64))

    def renewals(owner: Ints, begun: Ints, value: Floats, name: str, age: Ints) -> None:
        """At each anniversary a contract is kept, cut or ended."""
        at = begun + 12 - age
        draw = draws.uniform(f"arr/{name}", np.arange(len(owner), dtype=np.int64))
        from_day = company.faulty_from("churn")
        worse = (
            np.datetime64(facts.STORY_START, "M").astype(np.int64) if from_day < np.inf else np.inf
        )
        for who in range(len(owner)):
            if draw[who] < (0.18 if at[who] >= worse else 0.09):
                moves.append((int(owner[who]), int(at[who]), "churn", -float(value[who])))
            elif draw[who] < 0.16:
                moves.append(
                    (int(owner[who]), int(at[who]), "contraction", -round(float(value[who]) * 0.2))
                )
            elif draw[who] < 0.28:
                moves.append(
                    (int(owner[who]), int(at[who]), "expansion", round(float(value[who]) * 0.25))
                )

    legacy = np.arange(company.legacy_accounts, dtype=np.int64) + first_legacy
    segment = account_segment(company, draws, legacy)
    value = np.round(
        np.array([4_500.0, 25_000.0, 90_000.0])[segment]
        * np.exp(0.3 * draws.normal("arr/legacy", legacy))
    )
    moves += [(int(a), start_month, "start", float(v)) for a, v in zip(legacy, value, strict=True)]
    renewals(
        legacy, np.full(len(legacy), start_month), value, "old", draws.pick("arr/age", legacy, 12)
    )
    seen: set[int] = set(legacy.tolist())
    for who in range(len(account)):
        number = int(account[who])
        if kind[who] == 2:
            continue
        if month[who] < start_month:
            name, when = "start", start_month
        else:
            name, when = "expansion" if number in seen else "new", int(month[who])
        moves.append((number, when, name, float(amount[who])))
        seen.add(number)
    renewals(account, month, amount, "won", np.zeros(len(account), dtype=np.int64))
    rows = [
        (_account(number), str(np.datetime64(int(when), "M")), name, f"{value:.2f}")
        for number, when, name, value in sorted(moves, key=lambda m: (m[1], m[0], m[2], m[3]))
        if when < last
    ]
    _write(folder / "arr_movements.csv", ("account", "month", "kind", "amount"), rows)
    size = company.opportunities / facts.USUAL_OPPORTUNITIES
    months = [np.datetime64(m, "M") for m in range(start_month, int(last))]
    _write(
        folder / "spend.csv",
        ("month", "segment", "amount"),
        [
            (str(m), name, round(base * size * (1 + 0.004 * n)))
            for n, m in enumerate(months)
            for name, base in zip(facts.SEGMENTS, (190_000, 560_000, 640_000), strict=True)
        ],
    )
    _write(
        folder / "gross_margin.csv",
        ("month", "segment", "margin"),
        [
            (str(m), name, share)
            for m in months
            for name, share in zip(facts.SEGMENTS, ("0.74", "0.78", "0.81"), strict=True)
        ],
    )


def _account(number: int) -> str:
    return salesforce_id("001", number)


def _write_signals(
    db: duckdb.DuckDBPyConnection, company: Company, draws: Draws, folder: Path
) -> None:
    """Call scores and trials: samples of the log, scored and started by chance."""
    calls = db.execute("""
        select slot, owner, done // 86400 as day from log_task
        where what = 0 and slot % 61 = 5 and is_deleted = 0 and dirt > 2 and done < export_end()
        order by slot""").fetchall()
    slots = np.array([row[0] for row in calls], dtype=np.int64)
    score = 55 + 40 * draws.uniform("score", slots)
    _write(
        folder / "call_scores.csv",
        ("activity_id", "rep", "scored_at", "score"),
        [
            (
                salesforce_id("00T", slot),
                _user(owner),
                f"{facts.from_day_number(day)}T20:00:00Z",
                f"{value:.1f}",
            )
            for (slot, owner, day), value in zip(calls, score, strict=True)
        ],
    )
    deals = db.execute("""
        select number, account, owner, segment, created // 86400 as day, won_second // 86400
        from log_opportunity where segment = 0 and number % 12 = 1 and created < export_end()
        order by number""").fetchall()
    end = db.execute("select export_end() // 86400").fetchall()[0][0]
    index = np.array([row[0] for row in deals], dtype=np.int64)
    active = draws.uniform("trial/active", index)
    paid = draws.uniform("trial/paid", index)
    rows = []
    for place, (number, account, owner, segment, day, _) in enumerate(deals):
        started = day + 1
        activated = started + 1 + int(active[place] * 10) if active[place] < 0.6 else None
        converted = activated + 12 if activated is not None and paid[place] < 0.35 else None
        if started >= end:
            continue
        rows.append(
            (
                f"trial-{number:07d}",
                _account(account),
                _user(owner),
                facts.SEGMENTS[segment],
                facts.from_day_number(started),
                facts.from_day_number(activated)
                if activated is not None and activated < end
                else "",
                facts.from_day_number(converted)
                if converted is not None and converted < end
                else "",
            )
        )
    _write(
        folder / "trials.csv",
        ("trial_id", "account", "rep", "segment", "started", "activated", "converted"),
        rows,
    )
