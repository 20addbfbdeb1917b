-- Where the first change within a week or fiscal quarter found a deal, and where the last one left
-- it: what lies between is walked step by step in int_pipeline_movements. A deal that no change
-- touched is in no row. What closed leaves with the amount that stands when the period ends: a
-- correction within the period counts, a later one does not move the pipeline any more; a closing
-- that a merge took back within the period is a deletion. Long,
-- because starts, ends and corrections are found apart.
{%- set state = ['segment', 'team_id', 'rep_id', 'close_quarter', 'amount'] %}
with changes as (select * from {{ ref('int_pipeline_changes') }}),

corrections as (select * from {{ ref('int_closing_corrections') }}),

dated as (
    select
        *,
        {{ week_start('changed_on') }} as week_start,
        {{ fiscal_quarter_start('changed_on') }} as quarter_start
    from changes
),

placed as (
    select
        *,
        {%- for period in ['week', 'quarter'] %}
        lag({{ period }}_start) over ({{ over_deal('changed_on') }}) as {{ period }}_before,
        lead({{ period }}_start) over ({{ over_deal('changed_on') }}) as {{ period }}_after,
        {%- endfor %}
        row_number() over ({{ over_deal('changed_on') }}) = 1 as is_first_ever
    from dated
),

-- A deal that was not in the pipeline comes in as what the first change made of it.
starts as (
    {% for period in ['week', 'quarter'] -%}
    {% if not loop.first %}union all{% endif %}
    select
        opportunity_id,
        '{{ period }}' as period_type,
        {{ period }}_start as period_start,
        {%- for field in state %}
        case when was_open then {{ field }}_before else {{ field }} end as {{ field }},
        {%- endfor %}
        case
            when was_open then null
            when is_first_ever then 'created'
            else 'reopened'
        end as arrival,
        was_open and was_undated as is_undated
    from placed
    where {{ period }}_before is distinct from {{ period }}_start
    {% endfor -%}
),

corrected as (
    {% for period, start in [
        ('week', week_start('corrected_on')), ('quarter', fiscal_quarter_start('corrected_on')),
    ] -%}
    {% if not loop.first %}union all{% endif %}
    select
        opportunity_id,
        visit_number,
        '{{ period }}' as period_type,
        {{ start }} as period_start,
        sum(amount_change) as amount_change
    from corrections
    group by 1, 2, 3, 4
    {% endfor -%}
),

ends as (
    {% for period, merged_in in [
        ('week', week_start('merged_away_on')),
        ('quarter', fiscal_quarter_start('merged_away_on')),
    ] -%}
    {% if not loop.first %}union all{% endif %}
    select
        opportunity_id,
        '{{ period }}' as period_type,
        {{ period }}_start as period_start,
        {%- for field in state %}
        {{ field }},
        {%- endfor %}
        case when {{ merged_in }} = {{ period }}_start then 'deleted' else outcome end as outcome,
        closing_visit_number
    from placed
    where {{ period }}_after is distinct from {{ period }}_start
    {% endfor -%}
),

walks as (
    select
        starts.opportunity_id,
        starts.period_type,
        starts.period_start,
        starts.arrival,
        starts.segment as from_segment,
        starts.team_id as from_team_id,
        starts.rep_id as from_rep_id,
        -- A deal that comes in without a close date comes in where its first date puts it.
        case
            when starts.arrival is not null
                then coalesce(starts.close_quarter, ends.close_quarter)
            else starts.close_quarter
        end as from_quarter,
        starts.amount as from_amount,
        coalesce(starts.is_undated, false) as from_undated,
        ends.segment as to_segment,
        ends.team_id as to_team_id,
        ends.rep_id as to_rep_id,
        ends.close_quarter as to_quarter,
        cast(ends.amount + coalesce(corrected.amount_change, 0) as decimal(18, 2)) as to_amount,
        ends.outcome
    from starts
    inner join ends
        on starts.opportunity_id = ends.opportunity_id
        and starts.period_type = ends.period_type
        and starts.period_start = ends.period_start
    left join corrected
        on ends.opportunity_id = corrected.opportunity_id
        and ends.closing_visit_number = corrected.visit_number
        and ends.period_type = corrected.period_type
        and ends.period_start = corrected.period_start
)

select * from walks
