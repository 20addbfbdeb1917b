"""Which pages there are: for whom, what they answer, and of which panels they are made."""

from __future__ import annotations

from dataclasses import dataclass

QUARTER_INPUT = (
    "Give opportunities with a close date in the running fiscal quarter"
    " (salesforce/opportunity or csv_export/opportunities)."
)
HISTORY_INPUT = (
    "It needs the history of stages: salesforce/opportunity_history or csv_export/stage_changes."
)
TARGET_INPUT = "Give planning/targets or planning/quotas for the quarter (docs/own_crm.md)."


@dataclass(frozen=True)
class Panel:
    """A part of a page. `empty` is said where it has no rows: what to give, and how."""

    name: str
    title: str
    about: str = ""
    empty: str = ""
    # How many rows at most are put into the file, and what is said when there are more.
    most: int | None = None
    cut: str = ""
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
    Panel(name, name, shown=False) for name in ("about", "segments", "teams", "reps", "stages")
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
                "Each is open as of today: its number is that of the last whole period.",
                "Nothing is open: no managed metric stands on the wrong side of its threshold.",
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
                "Each column closes: opening and all that moved give closing.",
                f"No deal closes in this quarter. {QUARTER_INPUT}",
            ),
            Panel(
                "moves",
                "What changed since last week, and whose deals",
                "Of deals that close in this quarter. The public tables keep moves by rep and"
                " week; a name leads to the open deals.",
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
                "Share of each reason among the deals lost in 90 days that name one.",
                "No lost deal names a reason: map its column in the var raw_columns, and the words"
                " in seeds/mappings/loss_reason_map.csv.",
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
        ("segment", "team_id", "rep_id", "stage_id", "health"),
    ),
)
