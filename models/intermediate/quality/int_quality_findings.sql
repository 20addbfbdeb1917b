-- One row per record that a check found, whatever room the check looks at; each kind of record has
-- its checks in a model of its own. Nothing here is dropped from the metrics: each finding says how
-- its record is treated. What concerns words, not records, is in int_unknown_words.
with findings as (
    {%- for found in [
        ref('int_deal_findings'),
        ref('int_history_findings'),
        ref('int_unstamped_row_findings'),
        ref('int_record_findings'),
        ref('int_file_findings'),
        ref('int_roster_findings'),
        ref('int_planned_name_findings'),
        ref('int_planning_findings'),
        ref('int_target_findings'),
        ref('int_known_attribute_findings'),
        ref('int_kpi_role_findings'),
    ] %}
    select
        check_id,
        row_id
    from {{ found }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from findings
