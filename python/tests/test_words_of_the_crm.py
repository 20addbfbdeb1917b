"""The shipped stage map on CRMs it was not written for: their flags and the stages they use."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness import Build, BuildProject

VARS = {"business_timezone": "UTC", "fiscal_year_start_month": 1}
# Stages as every new Salesforce organisation has them; in Negotiation one deal is open and two are
# closed by the flag alone: one of them was edited long after, of the other only the row is known.
OPPORTUNITIES = """\
id,owner_id,stage_name,amount,created_date,close_date,is_closed,is_won,system_modstamp
006000000000001,005,Negotiation/Review,10,2025-01-06,2025-08-01,false,false,2025-03-03T15:00:00Z
006000000000002,005,Negotiation/Review,20,2025-01-06,2025-04-10,true,true,2025-06-20T15:00:00Z
006000000000003,005,Negotiation/Review,30,2025-01-06,2025-04-11,true,false,2025-04-11T15:00:00Z
006000000000004,005,Closed Won,40,2025-01-06,2025-05-12,true,true,2025-05-12T15:00:00Z
006000000000005,005,Closed Won,50,2025-01-06,2025-05-13,true,true,2025-05-13T15:00:00Z
"""
HISTORY = """\
id,opportunity_id,created_date,stage_name
h1,006000000000001,2025-01-06T15:00:00Z,Prospecting
h2,006000000000001,2025-03-03T15:00:00Z,Negotiation/Review
h3,006000000000002,2025-01-06T15:00:00Z,Qualification
h4,006000000000002,2025-03-03T15:00:00Z,Negotiation/Review
h5,006000000000004,2025-01-06T15:00:00Z,Prospecting
h6,006000000000004,2025-05-12T15:00:00Z,Closed Won
h7,006000000000005,2025-01-06T15:00:00Z,Qualification
h8,006000000000005,2025-05-13T15:00:00Z,Closed Won
"""
EXPORT = """id,owner,stage,created_date,close_date,amount,is_won
D-1,ana,Engaging,2025-01-06,2025-08-01,60,false
D-2,ana,Engaging,2025-01-06,2025-04-14,70,true
"""
HUBSPOT = """id,properties_dealname,properties_dealstage,properties_pipeline,properties_amount,\
properties_closedate,properties_createdate,properties_hubspot_owner_id,properties_hs_is_closed,\
properties_hs_is_closed_won,properties_hs_lastmodifieddate
1,Open,s1,p1,80,2025-08-01T12:00:00Z,2025-01-06T15:00:00Z,7,false,false,2025-03-03T15:00:00Z
2,Signed,s1,p1,90,2025-04-15T12:00:00Z,2025-01-06T15:00:00Z,7,true,true,2025-06-20T15:00:00Z
"""


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory, build_project: BuildProject) -> Build:
    folder = tmp_path_factory.mktemp("words")
    for path, text in {
        "salesforce/opportunity.csv": OPPORTUNITIES,
        "salesforce/opportunity_history.csv": HISTORY,
        "csv_export/opportunities.csv": EXPORT,
        "hubspot/deal.csv": HUBSPOT,
    }.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text)
    selection = "+fct_opportunities +dim_stages +stage_conversion +int_quality_findings"
    return build_project(folder, as_of="2025-06-30", vars=VARS, select=selection)


def test_a_deal_its_crm_calls_closed_is_closed_beside_open_deals_of_its_stage(
    build: Build,
) -> None:
    """On its close date, whatever was edited since; each is an error that a build tells."""
    deals = build.query(
        "select opportunity_id, status, closed_on::text from marts.fct_opportunities"
        " where stage_id not in ('closed_won', 'closed_lost') order by 1"
    )
    assert deals == [
        ("csv_export:D-1", "open", None),
        ("csv_export:D-2", "won", "2025-04-14"),
        ("hubspot:1", "open", None),
        ("hubspot:2", "won", "2025-04-15"),
        ("salesforce:006000000000001AAA", "open", None),
        ("salesforce:006000000000002AAA", "won", "2025-04-10"),
        ("salesforce:006000000000003AAA", "lost", "2025-04-11"),
    ]
    found = build.query(
        "select check_id, count(*) from intermediate.int_quality_findings"
        " where check_id in ('closed_stage_unmapped', 'closed_but_stage_open') group by 1"
    )
    assert found == [("closed_stage_unmapped", 4)]


def test_a_stage_of_a_pipeline_nobody_uses_is_not_in_the_funnel(build: Build) -> None:
    """Of the demo's own process only the shared name of its first stage is there."""
    stages = build.query(
        "select pipeline_id, string_agg(stage_id, ' ' order by stage_order) from marts.dim_stages"
        " where not is_won and not is_lost and pipeline_id <> 'unmapped' group by 1 order by 1"
    )
    standard = (
        "std_qualification std_needs_analysis std_value_proposition std_decision_makers"
        " std_perception_analysis std_proposal std_negotiation"
    )
    assert ("salesforce_standard", standard) in stages
    assert "demo" not in dict(stages)["main"]
    converted = build.query("select distinct stage_id from marts.stage_conversion order by 1")
    assert ("std_needs_analysis",) in converted
    assert not {("demo",), ("proposal",), ("discovery",)} & set(converted)


@pytest.mark.parametrize("others", [0, 1])
def test_a_flag_in_a_stage_of_the_map_closes_no_other_deal(
    tmp_path: Path, build_project: BuildProject, others: int
) -> None:
    """The deal that stands there alone is closed; who went through went through an open stage."""
    stage = "Proposal/Price Quote"
    deals = [
        *OPPORTUNITIES.splitlines()[:1],
        f"006000000000001,005,{stage},10,2025-01-06,2025-04-10,true,true,2025-04-10T15:00:00Z",
        "006000000000002,005,Closed Won,20,2025-01-06,2025-05-12,true,true,2025-05-12T15:00:00Z",
        f"006000000000003,005,{stage},30,2025-06-06,2025-08-01,false,false,2025-06-06T15:00:00Z",
    ]
    history = [
        *HISTORY.splitlines()[:1],
        "h1,006000000000001,2025-01-06T15:00:00Z,Qualification",
        f"h2,006000000000001,2025-03-03T15:00:00Z,{stage}",
        "h3,006000000000002,2025-01-06T15:00:00Z,Qualification",
        f"h4,006000000000002,2025-03-03T15:00:00Z,{stage}",
        "h5,006000000000002,2025-05-12T15:00:00Z,Closed Won",
    ]
    folder = tmp_path / "salesforce"
    folder.mkdir()
    (folder / "opportunity.csv").write_text("\n".join(deals[: 3 + others]))
    (folder / "opportunity_history.csv").write_text("\n".join(history))
    built = build_project(
        tmp_path, as_of="2025-06-30", vars=VARS, select="+int_opportunity_versions"
    )
    assert built.query(
        "select opportunity_id, stage_id, valid_from::date::text"
        " from intermediate.int_opportunity_versions"
        " where opportunity_id < '006000000000003' and not is_deleted order by valid_from, 1"
    ) == [
        ("006000000000001AAA", "std_qualification", "2025-01-06"),
        ("006000000000002AAA", "std_qualification", "2025-01-06"),
        ("006000000000001AAA", "std_proposal", "2025-03-03"),
        ("006000000000002AAA", "std_proposal", "2025-03-03"),
        ("006000000000001AAA", "unmapped_won", "2025-04-10"),
        ("006000000000002AAA", "closed_won", "2025-05-12"),
    ]
