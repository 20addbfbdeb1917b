-- The runs of business days over which a deal stands in the open pipeline unchanged, as seen at the
-- end of each day: what opened and closed within a day was never in the pipeline of any. A rep who
-- changes teams takes the open deals along, so a run also ends where the assignment does, and one
-- where the CRM begins to tell of close dates. Long, because each of these cuts is a step.
with versions as (select * from {{ ref('int_opportunity_versions') }}),

visits as (select * from {{ ref('int_stage_visits') }}),

assignments as (select * from {{ ref('int_rep_assignments') }}),

opportunities as (select * from {{ ref('int_opportunities_unioned') }}),

close_date_history as (select * from {{ ref('int_close_date_history') }}),

open_runs as (
    select
        versions.opportunity_id,
        versions.version_number,
        versions.valid_from_day as from_day,
        coalesce({{ business_day('versions.valid_to') }}, date '9999-12-31') as to_day,
        versions.segment,
        versions.rep_id,
        versions.stage_id,
        visits.entered_on,
        versions.close_date,
        {{ fiscal_quarter_start('versions.close_date') }} as close_quarter,
        versions.opportunity_type,
        versions.amount,
        versions.is_qualified
    from versions
    left join visits
        on versions.opportunity_id = visits.opportunity_id
        and versions.visit_number = visits.visit_number
    where versions.is_open
),

-- Days before the first assignment belong to no team.
placements as (
    select
        rep_id,
        valid_from,
        valid_to,
        team_id
    from assignments
    union all
    select
        rep_id,
        date '1900-01-01' as valid_from,
        min(valid_from) as valid_to,
        'unassigned' as team_id
    from assignments
    group by rep_id
),

placed as (
    select
        open_runs.opportunity_id,
        open_runs.version_number,
        greatest(open_runs.from_day, coalesce(placements.valid_from, open_runs.from_day))
            as from_day,
        least(open_runs.to_day, coalesce(placements.valid_to, open_runs.to_day)) as to_day,
        open_runs.segment,
        coalesce(placements.team_id, 'unassigned') as team_id,
        open_runs.rep_id,
        open_runs.stage_id,
        open_runs.entered_on,
        open_runs.close_date,
        open_runs.close_quarter,
        coalesce(open_runs.opportunity_type, 'unknown') as opportunity_type,
        open_runs.amount,
        open_runs.is_qualified
    from open_runs
    left join placements
        on open_runs.rep_id = placements.rep_id
        and open_runs.from_day < placements.valid_to
        and open_runs.to_day > placements.valid_from
    where open_runs.from_day < open_runs.to_day
),

-- Without a history of close dates the as-of day alone knows them, from today's rows, and of rows
-- that were changed after it not even that day.
dated as (
    select
        placed.*,
        case
            when close_date_history.has_close_date_history then close_date_history.known_from
            when opportunities.is_current_at_as_of then {{ as_of_date() }}
            else date '9999-12-31'
        end as dated_from,
        not close_date_history.has_close_date_history as is_unrecorded
    from placed
    inner join opportunities on placed.opportunity_id = opportunities.opportunity_id
    inner join close_date_history on opportunities.source = close_date_history.source
),

pipeline_spans as (
    {% for is_undated in [true, false] -%}
    {% if not loop.first %}union all{% endif %}
    select
        opportunity_id,
        version_number,
        {{ 'from_day' if is_undated else 'greatest(from_day, dated_from)' }} as from_day,
        {{ 'least(to_day, dated_from)' if is_undated else 'to_day' }} as to_day,
        segment,
        team_id,
        rep_id,
        stage_id,
        entered_on,
        {{ 'cast(null as date)' if is_undated else 'close_date' }} as close_date,
        {{ 'cast(null as date)' if is_undated else 'close_quarter' }} as close_quarter,
        {{ is_undated }} as is_undated,
        {{ is_undated }} or is_unrecorded as is_unrecorded,
        opportunity_type,
        amount,
        is_qualified
    from dated
    where {{ 'from_day < dated_from' if is_undated else 'to_day > dated_from' }}
    {% endfor -%}
)

select * from pipeline_spans
