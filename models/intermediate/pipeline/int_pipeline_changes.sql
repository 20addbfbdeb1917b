-- The days that change a deal's place in the pipeline (owner, team, segment, amount or closing
-- quarter, or whether it is there at all), with its state at the end of the day before and of the
-- day itself. What happens and is undone within a day is no change; a close always is one. Long,
-- because moves, departures and closings are found apart.
{%- set state = ['segment', 'team_id', 'rep_id', 'close_quarter', 'amount'] %}
with spans as (select * from {{ ref('int_pipeline_spans') }}),

closed_deals as (select * from {{ ref('int_closings') }}),

versions as (select * from {{ ref('int_opportunity_versions') }}),

valued as (
    select
        opportunity_id,
        from_day,
        to_day,
        segment,
        team_id,
        rep_id,
        close_quarter,
        coalesce(is_undated, false) as is_undated,
        coalesce(amount, 0) as amount
    from spans
),

neighbours as (
    select
        *,
        {%- for field in state %}
        lag({{ field }}) over ({{ over_deal('from_day') }}) as {{ field }}_before,
        {%- endfor %}
        lag(is_undated) over ({{ over_deal('from_day') }}) as is_undated_before,
        lag(to_day) over ({{ over_deal('from_day') }}) as to_day_before,
        lead(from_day) over ({{ over_deal('from_day') }}) as next_from_day
    from valued
),

-- Into the pipeline, or from one state in it to another.
moves as (
    select
        opportunity_id,
        from_day as changed_on,
        coalesce(to_day_before = from_day, false) as was_open,
        {%- for field in state %}
        case when to_day_before = from_day then {{ field }}_before end as {{ field }}_before,
        {%- endfor %}
        {%- for field in state %}
        {{ field }},
        {%- endfor %}
        to_day_before = from_day and is_undated_before as was_undated,
        cast(null as string) as outcome,
        cast(null as bigint) as closing_visit_number,
        cast(null as date) as merged_away_on
    from neighbours
    where
        to_day_before is distinct from from_day
        {%- for field in state %}
        or {{ field }} is distinct from {{ field }}_before
        {%- endfor %}
),

departures as (
    select *
    from neighbours
    where to_day <= {{ as_of_date() }} and next_from_day is distinct from to_day
),

-- A close counts if it outlasts its day. Deleting the record later that day takes nothing back.
closings as (
    select
        closed_deals.opportunity_id,
        closed_deals.visit_number,
        closed_deals.entered_on,
        closed_deals.segment,
        closed_deals.team_id,
        closed_deals.rep_id,
        {{ fiscal_quarter_start('versions.close_date') }} as close_quarter,
        coalesce(closed_deals.entry_amount, 0) as amount,
        case when closed_deals.is_won then 'won' else 'lost' end as outcome,
        case
            when closed_deals.exit_kind = 'deleted' and closed_deals.is_taken_back
                then closed_deals.exited_on
        end as merged_away_on
    from closed_deals
    inner join versions
        on closed_deals.opportunity_id = versions.opportunity_id
        and closed_deals.visit_number = versions.visit_number
        and closed_deals.entered_at = versions.valid_from
    where
        closed_deals.exited_on is null
        or closed_deals.exited_on > closed_deals.entered_on
        or closed_deals.exit_kind = 'deleted'
),

-- Out of the pipeline. A close without a departure was open at no day's end since the last one.
exits as (
    select
        coalesce(departures.opportunity_id, closings.opportunity_id) as opportunity_id,
        coalesce(departures.to_day, closings.entered_on) as changed_on,
        departures.opportunity_id is not null as was_open,
        {%- for field in state %}
        departures.{{ field }} as {{ field }}_before,
        {%- endfor %}
        {%- for field in state %}
        case
            when closings.opportunity_id is null then departures.{{ field }}
            else closings.{{ field }}
        end as {{ field }},
        {%- endfor %}
        departures.is_undated as was_undated,
        coalesce(closings.outcome, 'deleted') as outcome,
        closings.visit_number as closing_visit_number,
        closings.merged_away_on
    from departures
    full join closings
        on departures.opportunity_id = closings.opportunity_id
        and departures.to_day = closings.entered_on
),

changes as (
    select * from moves
    union all
    select * from exits
)

select * from changes
