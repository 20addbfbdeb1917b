"""A CRM of three tables that the project does not know, as the drill `add-a-crm` brings it in."""

from __future__ import annotations

from pathlib import Path

AUDIT = "row_copies, bad_values, row_doubts, loader_sequence"
SOURCES = """\
version: 2

sources:
  - name: toy
    description: A CRM of three tables.
    config:
      meta: {date_format: iso, amount_format: plain, fresh_days: {warn: 4, error: 14}}
    tables:
      - name: deals
        description: One row per deal.
        config:
          meta: {required: true, key: [id]}
        columns:
          - {name: id, description: Id., data_type: string, config: {meta: {required: true}}}
          - {name: seller, description: Owner., data_type: string, config: {meta: {required: true}}}
          - {name: step, description: Stage., data_type: string, config: {meta: {required: true}}}
          - {name: value, description: Amount., data_type: "decimal(18,2)",
             config: {meta: {required: false}}}
          - {name: begun, description: Creation., data_type: timestamp,
             config: {meta: {required: true}}}
          - {name: ends, description: Close date., data_type: date,
             config: {meta: {required: false}}}
      - name: steps
        description: One row per change of a deal's stage.
        config:
          meta: {required: false, key: [id]}
        columns:
          - {name: id, description: Id., data_type: string, config: {meta: {required: true}}}
          - {name: deal, description: Deal., data_type: string, config: {meta: {required: true}}}
          - {name: step, description: Stage., data_type: string, config: {meta: {required: true}}}
          - {name: moved, description: Instant., data_type: timestamp,
             config: {meta: {required: true}}}
          - {name: ends, description: Close date then., data_type: date,
             config: {meta: {required: false}}}
      - name: sellers
        description: One row per seller.
        config:
          meta: {required: false, key: [id]}
        columns:
          - {name: id, description: Id., data_type: string, config: {meta: {required: true}}}
          - {name: name, description: Name., data_type: string, config: {meta: {required: false}}}
          - {name: team, description: Team., data_type: string, config: {meta: {required: false}}}
"""
STAGED = {
    "opportunities": (
        "deals",
        "id as opportunity_id, seller as rep_id, step as stage_name, value as amount,"
        " begun as created_at, ends as close_date",
    ),
    "steps": (
        "steps",
        "id as change_id, deal as opportunity_id, step as stage_name, moved as changed_at,"
        " ends as close_date",
    ),
    "sellers": ("sellers", "id as rep_id, name as rep_name, team as team_id"),
}
ADAPTERS = {
    "opportunities": (
        "select opportunity_id, rep_id, stage_name, amount, created_at, close_date, is_deleted,"
        " bad_values, {{ crm_nulls('opportunities', ['account_id', 'merged_into_id',"
        " 'opportunity_name', 'crm_probability', 'lead_source', 'campaign_id', 'next_step',"
        " 'qualified_at', 'last_activity_on', 'last_modified_at', 'is_closed', 'is_won',"
        " 'forecast_category', 'opportunity_type', 'pipeline', 'currency_code', 'segment_value',"
        " 'loss_reason']) }} {{ untold_fields('toy', 'deals', {'amount': ['value'],"
        " 'close_date': ['ends'], 'rep_id': ['seller'], 'forecast_category': [],"
        " 'opportunity_type': [], 'currency_code': [], 'segment_value': [],"
        " 'loss_reason': []}) }} as untold_fields from {{ ref('stg_toy__opportunities') }}"
    ),
    "opportunity_changes": (
        "select opportunity_id, change_id, changed_at, loader_sequence, stage_name, close_date,"
        " {{ crm_nulls('opportunity_changes', ['amount', 'rep_id',"
        " 'forecast_category', 'opportunity_type', 'pipeline', 'currency_code',"
        " 'segment_value', 'loss_reason', 'crm_probability']) }} {{ no_old_values() }}"
        " false as tells_crm_probability from {{ ref('stg_toy__steps') }} where not is_deleted"
    ),
    "people": (
        "select rep_id, rep_name, team_id, {{ crm_nulls('people', ['role', 'segment',"
        " 'manager_id', 'starts_on', 'ends_on', 'created_at', 'is_active']) }}"
        " true as is_rep_list from {{ ref('stg_toy__sellers') }}"
    ),
    "accounts": "{{ no_crm_rows('accounts') }}",
    "activities": "{{ no_crm_rows('activities') }}",
    "leads": "{{ no_crm_rows('leads') }}",
}
STAGES = """\
toy,,Hello,,,hello,Hello,main,1,false,false,false,14
toy,,Serious,,,serious,Serious,main,2,true,false,false,14
toy,,Yes,,,closed_won,Closed Won,main,9,true,true,false,
toy,,No,,,closed_lost,Closed Lost,main,9,false,false,true,
"""
# The two lines.
KNOWN = (
    "['salesforce', 'hubspot', 'csv_export']",
    "['salesforce', 'hubspot', 'csv_export', 'toy']",
)
LISTED = (
    "        'planning': {\n",
    "        'toy': {'deals': ['opportunities', 'opportunity_id'],"
    " 'steps': ['steps', 'change_id'], 'sellers': ['sellers', 'rep_id']},\n"
    "        'planning': {\n",
)
RAW = {
    "deals": """\
id,seller,step,value,begun,ends
d1,ana,Yes,1200,2025-01-10 09:00:00,2025-03-03
d2,ana,No,800,2025-01-20 09:00:00,2025-02-14
d3,ben,Serious,500,2025-02-01 09:00:00,2025-07-31
""",
    "steps": """\
id,deal,step,moved,ends
s1,d1,Hello,2025-01-10 09:00:00,2025-02-28
s2,d1,Serious,2025-02-01 09:00:00,2025-02-28
s3,d1,Yes,2025-03-03 09:00:00,2025-03-03
s4,d2,Hello,2025-01-20 09:00:00,2025-04-30
s5,d2,No,2025-02-14 09:00:00,2025-02-14
s6,d3,Hello,2025-02-01 09:00:00,2025-05-31
s7,d3,Serious,2025-03-10 09:00:00,2025-07-31
""",
    "sellers": "id,name,team\nana,Ana Lind,north\nben,Ben Okoro,south\n",
}


def write_raw(folder: Path) -> Path:
    for table, text in RAW.items():
        write(folder / "toy" / f"{table}.csv", text)
    return folder


def add_toy(project: Path) -> None:
    """What the drill asks for: a folder of staging, one of adapters, seeds and two lines."""
    staging = project / "models" / "staging" / "toy"
    write(staging / "_toy__sources.yml", SOURCES)
    write(staging / "_toy__models.yml", described("stg_toy__", STAGED))
    for name, (table, columns) in STAGED.items():
        write(
            staging / f"stg_toy__{name}.sql",
            f"with source as (\n    {{{{ raw_rows('toy', '{table}') }}}}\n)\n\n"
            f"select {columns}, is_deleted, {AUDIT}\nfrom source\n",
        )
    adapters = project / "models" / "intermediate" / "crm" / "toy"
    for shape, sql in ADAPTERS.items():
        write(adapters / f"int_toy__{shape}.sql", f"{sql}\n")
        write(adapters / f"int_toy__{shape}.yml", described("int_toy__", [shape]))
    stage_map = project / "seeds" / "mappings" / "stage_map.csv"
    stage_map.write_text(stage_map.read_text(encoding="utf-8") + STAGES, encoding="utf-8")


def described(prefix: str, names: object) -> str:
    assert isinstance(names, dict | list)
    return "version: 2\n\nmodels:\n" + "".join(
        f"  - {{name: {prefix}{name}, description: One row per row of the toy CRM.}}\n"
        for name in names
    )


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
