-- How each deal first came to each open stage, how it left it, and what became of it: what cohort
-- methods count, now and as it stood 30, 60 and 90 days after the entry. A stage that a move jumped
-- over counts as entered and advanced on the day of that move. Long, because the entries would else
-- be written more than once.
{% set horizons = [30, 60, 90] -%}
with visits as (select * from {{ ref('int_stage_visits') }}),

stages as (select * from {{ ref('int_stages_mapped') }}),

-- The keys are those of the visit the move led to, as for any entry.
jumps as (
    select
        landings.opportunity_id,
        jumped.stage_id,
        min(landings.visit_number) as visit_number,
        min_by(landings.entered_on, landings.visit_number) as entered_on,
        min_by(landings.entry_segment, landings.visit_number) as segment,
        min_by(landings.entry_team_id, landings.visit_number) as team_id,
        min_by(landings.entry_rep_id, landings.visit_number) as rep_id
    from visits as takeoffs
    inner join visits as landings
        on takeoffs.opportunity_id = landings.opportunity_id
        and takeoffs.visit_number + 1 = landings.visit_number
    inner join stages as here on takeoffs.stage_id = here.stage_id
    inner join stages as there on landings.stage_id = there.stage_id
    inner join stages as jumped
        on here.pipeline_id = jumped.pipeline_id
        and here.stage_order < jumped.stage_order
        and (there.stage_order > jumped.stage_order or there.is_won)
    where takeoffs.stages_skipped > 0 and not jumped.is_won and not jumped.is_lost
    group by landings.opportunity_id, jumped.stage_id
),

first_visits as (
    select
        opportunity_id,
        stage_id,
        visit_number,
        entered_on,
        entry_segment as segment,
        entry_team_id as team_id,
        entry_rep_id as rep_id,
        case when exit_kind in ('forward', 'won') then 'advanced' else exit_kind end as left_kind,
        exited_on as left_on
    from visits
    where stage_visit_number = 1 and not is_closed_stage
),

entries as (
    select
        first_visits.*,
        false as is_jumped_over
    from first_visits
    left join jumps
        on first_visits.opportunity_id = jumps.opportunity_id
        and first_visits.stage_id = jumps.stage_id
    where jumps.visit_number is null or first_visits.visit_number < jumps.visit_number
    union all
    select
        jumps.opportunity_id,
        jumps.stage_id,
        jumps.visit_number,
        jumps.entered_on,
        jumps.segment,
        jumps.team_id,
        jumps.rep_id,
        'advanced' as left_kind,
        jumps.entered_on as left_on,
        true as is_jumped_over
    from jumps
    left join first_visits
        on jumps.opportunity_id = first_visits.opportunity_id
        and jumps.stage_id = first_visits.stage_id
    where first_visits.visit_number is null or jumps.visit_number < first_visits.visit_number
),

-- Only deals that went back or came back from a closed stage do anything after leaving a stage
-- without advancing.
wanderers as (
    select distinct opportunity_id
    from visits
    where exit_kind in ('backward', 'reopened')
        or (is_closed_stage and exit_kind in ('won', 'lost'))
),

wanderings as (
    select
        entries.opportunity_id,
        entries.stage_id,
        later.visit_number,
        case
            when there.is_won then 'advanced'
            when there.is_lost then 'lost'
            when here.pipeline_id <> there.pipeline_id then 'moved'
            when there.stage_order > here.stage_order then 'advanced'
            when later.exit_kind = 'deleted' then 'deleted'
            when there.stage_order < here.stage_order then 'backward'
            else 'open'
        end as standing,
        case
            when there.is_lost then 'lost'
            when there.stage_order < here.stage_order then 'backward'
            else 'open'
        end as standing_before_deletion,
        {{ days_between('entries.entered_on', 'later.entered_on') }} as days_to_standing,
        later.entered_on as stood_from,
        later.exited_on as stood_until
    from entries
    inner join visits as later
        on entries.opportunity_id = later.opportunity_id
        and entries.visit_number < later.visit_number
    inner join stages as here on entries.stage_id = here.stage_id
    inner join stages as there on later.stage_id = there.stage_id
    semi join wanderers on entries.opportunity_id = wanderers.opportunity_id
    where entries.left_kind in ('backward', 'lost')
        -- A closed deal that is settled in another stage stands where it stood.
        and not later.goes_on_closed
),

-- The first of these decides for good; else it counts where the deal stands now.
later_outcomes as (
    select
        opportunity_id,
        stage_id,
        min_by(standing, visit_number) filter (
            where standing in ('advanced', 'moved', 'deleted')
        ) as decided_kind,
        min_by(
            case when standing = 'deleted' then stood_until else stood_from end, visit_number
        ) filter (
            where standing in ('advanced', 'moved', 'deleted')
        ) as decided_on,
        max_by(standing, visit_number) as standing,
        {%- for days in horizons %}
        max_by(standing_before_deletion, visit_number) filter (where days_to_standing <= {{ days }})
            as standing_{{ days }},
        {%- endfor %}
        max_by(stood_from, visit_number) as standing_on
    from wanderings
    group by opportunity_id, stage_id
),

judged as (
    select
        entries.*,
        coalesce(later_outcomes.decided_kind, later_outcomes.standing, entries.left_kind)
            as outcome,
        {%- for days in horizons %}
        case
            when {{ days_between('entries.entered_on', 'later_outcomes.decided_on') }} <= {{ days }}
                then later_outcomes.decided_kind
            when later_outcomes.standing_{{ days }} is not null
                then later_outcomes.standing_{{ days }}
            when {{ days_between('entries.entered_on', 'entries.left_on') }} <= {{ days }}
                then entries.left_kind
            else 'open'
        end as outcome_{{ days }},
        {%- endfor %}
        coalesce(later_outcomes.decided_on, later_outcomes.standing_on, entries.left_on)
            as judged_on
    from entries
    left join later_outcomes
        on entries.opportunity_id = later_outcomes.opportunity_id
        and entries.stage_id = later_outcomes.stage_id
),

stage_entries as (
    select
        opportunity_id,
        stage_id,
        entered_on,
        segment,
        team_id,
        rep_id,
        is_jumped_over,
        left_kind,
        left_on,
        {{ days_between('entered_on', 'left_on') }} as days_to_leaving,
        outcome,
        {%- for days in horizons %}
        outcome_{{ days }},
        {%- endfor %}
        case when outcome <> 'open' then judged_on end as outcome_on,
        case when outcome <> 'open' then {{ days_between('entered_on', 'judged_on') }} end
            as days_to_outcome
    from judged
)

select * from stage_entries
