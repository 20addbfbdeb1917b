"""Which pages there are: for whom, what they answer, and of which panels they are made."""

from __future__ import annotations

from dataclasses import dataclass

QUARTER_INPUT = (
    "Give opportunities with a close date in the running fiscal quarter (docs/own_crm.md, step 1)."
)
HISTORY_INPUT = "It needs the CRM's history of stages (docs/own_crm.md, step 1)."
TARGET_INPUT = "Give planning/targets or planning/quotas for the quarter (docs/own_crm.md)."


@dataclass(frozen=True)
class Panel:
    """A part of a page. `empty` is said where it has no rows: what to give, and how."""

    name: str
    title: str
    about: str = ""
    empty: str = ""
    # Said instead where no number of the company can be judged: that nothing is found says nothing.
    unknown: str = ""
    # How many rows at most are put into the file, and what is said when there are more.
    most: int | None = None
    cut: str = ""
    # Said where the build lacks a table of it, if that is how it should be.
    absent: str = ""
    # Half the page's width where it is wide enough.
    half: bool = False
    # One that only brings rows for the others of its page.
    shown: bool = True


@dataclass(frozen=True)
class Page:
    name: str
    title: str
    reader: str
    question: str
    panels: tuple[Panel, ...]
    # The filters at its head, by name of the column they compare.
    filters: tuple[str, ...] = ("segment",)


SHARED = tuple(
    Panel(name, name, shown=False)
    for name in (
        *("about", "periods", "segments", "teams", "reps", "stages", "metrics", "errors"),
        "judged",
    )
)

PAGES = (
    Page(
        "today",
        "Today",
        "Chief executive, vice president of sales",
        "Is anything broken, and who acts?",
        (
            Panel(
                "incidents",
                "What is broken, and who acts",
                "One cause, one incident; the one that costs most comes first.",
                "Nothing is open: no trigger that is on has found a breach.",
                "Nothing can be judged yet: each number of the company is unknown or rests on too"
                " few cases. It takes more closed deals, with their history of stages"
                " (docs/own_crm.md, step 1), and time.",
            ),
            Panel(
                "five",
                "Five numbers of the company",
                "Each over the last whole period that judges it; the line is the twelve before.",
                "None can be told yet: they need opportunities, and targets for coverage"
                " (docs/own_crm.md).",
            ),
            Panel("five_trend", "", shown=False),
            Panel(
                "fan",
                "Will we make the quarter?",
                "From what is won today the fan opens to the range that holds four of five outcomes"
                " at the quarter's end.",
                "There is no forecast yet: it needs a whole fiscal quarter with a win."
                f" {HISTORY_INPUT}",
            ),
        ),
    ),
    Page(
        "quarter",
        "Quarter",
        "Vice president of sales",
        "Will we make it, and what moved?",
        (
            Panel(
                "forecast",
                "Won, still to come, and the target",
                "The whisker holds four of five outcomes, the upright line is the target, the dot"
                " what was committed last.",
                f"There is no forecast yet. {TARGET_INPUT}",
            ),
            Panel(
                "waterfall",
                "From the first day of the quarter to today",
                "Open deals that close in the quarter, all stages.",
                f"No deal closes in this quarter. {QUARTER_INPUT}",
                half=True,
            ),
            Panel(
                "coverage",
                "Coverage by days left",
                "Open qualified pipeline that closes in the quarter, over its target.",
                f"Coverage needs a target. {TARGET_INPUT}",
                half=True,
            ),
            Panel(
                "weeks",
                "Week by week, to the cent",
                "Each column closes: opening and all that moved give closing. A deal that moves in"
                " several weeks stands in each; the waterfall has what came of it in the quarter.",
                f"No deal closes in this quarter. {QUARTER_INPUT}",
            ),
            Panel(
                "moves",
                "What changed since last week, deal by deal",
                "Of deals that close in this quarter; what is new, pulled in, pushed out or closed"
                " opens to its deals, and a rep leads to the open ones.",
                f"Nothing moved. {QUARTER_INPUT}",
                most=3000,
                cut="The smallest moves are left out; the sums above hold them.",
            ),
        ),
    ),
    Page(
        "funnel",
        "Funnel",
        "Sales manager",
        "Where does it leak?",
        (
            Panel(
                "stages",
                "Conversion of each stage",
                "Of the deals that left a stage in 90 days, how many moved on. The upright line is"
                " the 90 days before, the whisker the interval of 95 %.",
                f"No deal has left a stage yet. {HISTORY_INPUT}",
            ),
            Panel(
                "weeks",
                "The same, week by week",
                "26 weeks; each point looks back over 90 days.",
                f"No deal has left a stage yet. {HISTORY_INPUT}",
            ),
            Panel(
                "decomposition",
                "Is it the mix, or the rate?",
                "How each segment moved the company's rate against the 90 days before: by its"
                " share of the deals, and by its own rate.",
                f"There are no two windows to compare yet. {HISTORY_INPUT}",
            ),
            Panel(
                "age",
                "Days in the stage",
                "Of open deals, on average; stalled is beyond one and a half times what the stage"
                " expects.",
                f"No deal is open. {HISTORY_INPUT}",
                half=True,
            ),
            Panel(
                "losses",
                "Why deals are lost",
                "Share of each reason among the deals lost in 90 days.",
                "No lost deal names a reason: name its column in the var raw_columns, and map its"
                " words in seeds/mappings.",
                half=True,
            ),
        ),
    ),
    Page(
        "deals",
        "Deals",
        "Sales manager, rep",
        "Which deal today?",
        (
            Panel("summary", "", shown=False),
            Panel(
                "deals",
                "Open deals",
                "Red first, then by what each is expected to bring to the quarter.",
                f"No deal is open. {QUARTER_INPUT}",
                most=2500,
                cut="The list keeps the red and amber ones and those that bring most, so that the"
                " page opens on a phone; the counts and sums above are of all. The rest is in"
                " fct_opportunities.",
            ),
        ),
        ("segment", "team_id", "rep_id", "stage_id", "closes", "health"),
    ),
    Page(
        "people",
        "People",
        "Manager of a team",
        "Whom to coach, and in what?",
        (
            Panel(
                "teams",
                "The teams",
                "No number of a single rep stands here.",
                f"There is no scorecard of a team yet. {TARGET_INPUT}",
            ),
            Panel(
                "distribution",
                "How attainment is spread",
                "Reps with a quota, by what share of it they closed in each whole fiscal quarter.",
                "No rep has a quota: give planning/quotas (docs/own_crm.md).",
                half=True,
            ),
            Panel(
                "ranks",
                "Busy, and what comes of it",
                "Each dot is a rep among the ramped ones of the segment. Below the line: more"
                " activity than what moves on.",
                f"No rep can be ranked yet. {HISTORY_INPUT}",
                half=True,
            ),
            Panel(
                "reps",
                "The reps, within segment and ramp",
                "By team and name, never by a rank of all: who ramps is shown and not ranked. A"
                " name opens the rep's own page.",
                "No rep has a scorecard: give the CRM's users or reps, and planning/quotas.",
            ),
            Panel(
                "rep",
                "One rep",
                "Beside the median of the peers: ramped reps of the same segment.",
                "No rep has a scorecard: give the CRM's users or reps, and planning/quotas.",
            ),
        ),
        ("segment", "team_id", "rep_id"),
    ),
    Page(
        "activity",
        "Activity",
        "Whoever follows a leak to what lies underneath",
        "What was done differently where it leaks?",
        (
            Panel(
                "diagnosis",
                "Where the trouble sits",
                "From the breach down: pipeline, its making, and the activity that moved furthest.",
                "There is no trouble to go down from: no segment has an open breach.",
                "Nothing can be judged yet, so nobody knows where trouble sits.",
            ),
            Panel(
                "ratios",
                "What came of the effort",
                "Ratios and times, of the last whole week, with the twelve before. Counts of calls"
                " and mails are left out on purpose: whoever is measured by them makes more of"
                " them, and nothing else follows. They stand in activity_metrics, for a diagnosis.",
                "No activity is recorded: give the CRM's tasks, events or activities"
                " (docs/own_crm.md, step 1).",
            ),
        ),
    ),
    Page(
        "metrics",
        "Metrics",
        "Analyst",
        "What does a number mean, and who answers for it?",
        (
            Panel(
                "glossary",
                "Every metric",
                "The value is the company's, over the last whole period that judges it.",
                "The catalog is empty: run `dbt seed`.",
            ),
        ),
        (),
    ),
    Page(
        "data",
        "Data",
        "Analytics engineer",
        "Can the numbers be trusted?",
        (
            Panel(
                "build",
                "This build",
                "",
                "This build does not say which it is.",
                absent="These pages were made from a plain build; a published one says here which"
                " it is, of what code and of what raw files.",
            ),
            Panel(
                "checks",
                "What was found in the data",
                "A row never vanishes: what could not be used is counted here, with what was done"
                " about it.",
                "Nothing was checked.",
            ),
            Panel(
                "tables",
                "Rows of the public tables",
                "Beside the build that was served before, where there was one.",
                "There is no public table.",
            ),
        ),
        (),
    ),
)
