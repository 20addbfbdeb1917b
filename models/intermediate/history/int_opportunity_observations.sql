-- Everything that is known of an opportunity's past, one row per fact: its creation, every change record, the current
-- row of the CRM and its deletion. Values that a fact does not mention are null; "set to nothing" is a sentinel.
with opportunities as (select * from {{ ref('int_opportunities_unioned') }}),

changes as (select * from {{ ref('int_opportunity_changes_unioned') }}),

stage_names as (select * from {{ ref('int_stage_names_mapped') }}),

stages as (select * from {{ ref('int_stages_mapped') }}),

mapped_changes as (
    select
        changes.opportunity_id,
        changes.changed_at,
        -- A record dated before its deal (a clock apart, a re-created deal) tells of the deal's first moment.
        greatest(changes.changed_at, opportunities.created_at) as observed_at,
        changes.loader_sequence,
        changes.change_id,
        case when changes.stage_name is not null then coalesce(stage_names.stage_id, 'unmapped') end as stage_id,
        stage_names.stage_order,
        changes.amount,
        case
            when changes.close_date < {{ business_day('opportunities.created_at') }} then {{ no_date() }}
            else changes.close_date
        end as close_date,
        changes.rep_id,
        changes.forecast_category,
        changes.opportunity_type,
        case
            when changes.old_stage_name is not null then coalesce(old_stage_names.stage_id, 'unmapped')
        end as old_stage_id,
        changes.old_amount,
        changes.old_close_date,
        changes.old_rep_id,
        changes.old_forecast_category,
        changes.old_opportunity_type
    from changes
    inner join opportunities on changes.opportunity_id = opportunities.opportunity_id
    left join stage_names
        on changes.source = stage_names.source
        and coalesce(opportunities.pipeline, '') = stage_names.pipeline
        and changes.stage_name = stage_names.stage_name
        and {{ business_day('changes.changed_at') }} >= stage_names.valid_from
        and {{ business_day('changes.changed_at') }} < stage_names.valid_to
    left join stage_names as old_stage_names
        on changes.source = old_stage_names.source
        and coalesce(opportunities.pipeline, '') = old_stage_names.pipeline
        and changes.old_stage_name = old_stage_names.stage_name
        and {{ business_day('changes.changed_at') }} >= old_stage_names.valid_from
        and {{ business_day('changes.changed_at') }} < old_stage_names.valid_to
    where changes.changed_at is not null
),

-- Second precision and no guaranteed order: within an instant the loader's sequence decides, then the stage, then the id.
numbered_changes as (
    select
        mapped_changes.*,
        row_number() over (
            partition by mapped_changes.opportunity_id
            order by
                mapped_changes.changed_at,
                mapped_changes.loader_sequence nulls last,
                mapped_changes.stage_order nulls last,
                mapped_changes.change_id
        ) as change_number
    from mapped_changes
),

-- What lay before the first change of a field: the change's old value, else its new one, extended back.
first_values as (
    select
        opportunity_id,
        min_by(coalesce(old_stage_id, stage_id), change_number) filter (where stage_id is not null) as stage_id,
        min_by(old_stage_id is null, change_number) filter (where stage_id is not null) as is_stage_extended_back,
        min(observed_at) filter (where stage_id is not null) as stage_known_from,
        min_by(coalesce(old_amount, amount), change_number) filter (where amount is not null) as amount,
        min_by(coalesce(old_close_date, close_date), change_number) filter (where close_date is not null)
            as close_date,
        min_by(coalesce(old_rep_id, rep_id), change_number) filter (where rep_id is not null) as rep_id,
        min_by(coalesce(old_forecast_category, forecast_category), change_number)
        filter (where forecast_category is not null) as forecast_category,
        min_by(coalesce(old_opportunity_type, opportunity_type), change_number)
        filter (where opportunity_type is not null) as opportunity_type,
        max(observed_at) filter (where observed_at < {{ as_of_end() }}) as last_changed_at
    from numbered_changes
    group by opportunity_id
),

first_stages as (
    select
        pipeline_id,
        min_by(stage_id, stage_order) as first_stage_id,
        min_by(stage_id, stage_order) filter (where is_qualified and not is_won) as first_qualified_stage_id
    from stages
    where not is_won and not is_lost
    group by pipeline_id
),

current_rows as (
    select
        opportunities.*,
        coalesce(stage_names.stage_id, 'unmapped') as stage_id,
        stages.stage_order,
        coalesce(stages.is_won or stages.is_lost, false) as is_closed_stage,
        coalesce(first_stages.first_stage_id, 'unmapped') as first_stage_id,
        first_stages.first_qualified_stage_id,
        first_values.stage_id as first_known_stage_id,
        first_values.stage_id is not null as has_stage_history,
        coalesce(first_values.is_stage_extended_back, false)
        and first_values.stage_known_from > opportunities.created_at as is_extended_back,
        first_values.amount as first_amount,
        first_values.close_date as first_close_date,
        first_values.rep_id as first_rep_id,
        first_values.forecast_category as first_forecast_category,
        first_values.opportunity_type as first_opportunity_type,
        first_values.last_changed_at,
        -- A value the staging could not read says nothing about the deal: history knows better.
        case
            when opportunities.bad_values like '%amount%' then null
            else coalesce(opportunities.amount, {{ no_amount() }})
        end as current_amount,
        case
            when opportunities.bad_values like '%close_date%' then null
            else coalesce(opportunities.close_date, {{ no_date() }})
        end as current_close_date
    from opportunities
    left join first_values on opportunities.opportunity_id = first_values.opportunity_id
    left join stage_names
        on opportunities.source = stage_names.source
        and coalesce(opportunities.pipeline, '') = stage_names.pipeline
        and opportunities.stage_name = stage_names.stage_name
        and {{ as_of_date() }} >= stage_names.valid_from
        and {{ as_of_date() }} < stage_names.valid_to
    left join stages on stage_names.stage_id = stages.stage_id
    left join first_stages on stages.pipeline_id = first_stages.pipeline_id
),

creations as (
    select
        opportunity_id,
        created_at as observed_at,
        case
            when has_stage_history then first_known_stage_id
            when not is_closed_stage and qualified_at is null then stage_id
            when not is_closed_stage and qualified_at <= created_at then stage_id
            when qualified_at <= created_at then coalesce(first_qualified_stage_id, first_stage_id)
            else first_stage_id
        end as stage_id,
        coalesce(first_amount, current_amount, {{ no_amount() }}) as amount,
        coalesce(first_close_date, current_close_date, {{ no_date() }}) as close_date,
        coalesce(first_rep_id, rep_id) as rep_id,
        coalesce(first_forecast_category, forecast_category, {{ no_text() }}) as forecast_category,
        coalesce(first_opportunity_type, opportunity_type, {{ no_text() }}) as opportunity_type,
        is_extended_back or not has_stage_history or is_creation_inferred as is_inferred
    from current_rows
),

-- Without stage history the row itself proves up to two more moments: when it was qualified and when it closed.
proven_qualifications as (
    select
        opportunity_id,
        qualified_at as observed_at,
        case when is_closed_stage then coalesce(first_qualified_stage_id, first_stage_id) else stage_id end as stage_id
    from current_rows
    where not has_stage_history and qualified_at > created_at
),

proven_closings as (
    select
        opportunity_id,
        greatest(
            coalesce({{ business_midnight('close_date') }}, last_modified_at, created_at),
            created_at,
            coalesce(qualified_at, created_at)
        ) as observed_at,
        stage_id
    from current_rows
    where not has_stage_history and is_closed_stage
),

-- If history and the current row disagree, the row is right from its last modification on.
corrections as (
    select
        opportunity_id,
        greatest(last_modified_at, coalesce(last_changed_at, created_at), created_at) as observed_at,
        case when has_stage_history then stage_id end as stage_id,
        stage_order,
        current_amount as amount,
        current_close_date as close_date,
        rep_id,
        coalesce(forecast_category, {{ no_text() }}) as forecast_category,
        coalesce(opportunity_type, {{ no_text() }}) as opportunity_type
    from current_rows
    where last_modified_at is not null and is_current_at_as_of
),

deletions as (
    select
        opportunity_id,
        greatest(
            coalesce(last_modified_at, last_changed_at, created_at),
            coalesce(last_changed_at, created_at),
            created_at
        ) as observed_at
    from current_rows
    where is_deleted
),

observations as (
    select
        opportunity_id,
        observed_at,
        1 as observation_kind,
        cast(0 as bigint) as change_number,
        stage_id,
        amount,
        close_date,
        rep_id,
        forecast_category,
        opportunity_type,
        false as is_deleted,
        is_inferred
    from creations
    union all
    select
        opportunity_id,
        observed_at,
        2 as observation_kind,
        change_number,
        stage_id,
        amount,
        close_date,
        rep_id,
        forecast_category,
        opportunity_type,
        cast(null as boolean) as is_deleted,
        false as is_inferred
    from numbered_changes
    union all
    select
        opportunity_id,
        observed_at,
        3 as observation_kind,
        cast(0 as bigint) as change_number,
        stage_id,
        cast(null as decimal(18, 2)) as amount,
        cast(null as date) as close_date,
        cast(null as {{ dbt.type_string() }}) as rep_id,
        cast(null as {{ dbt.type_string() }}) as forecast_category,
        cast(null as {{ dbt.type_string() }}) as opportunity_type,
        cast(null as boolean) as is_deleted,
        true as is_inferred
    from proven_qualifications
    union all
    select
        opportunity_id,
        observed_at,
        4 as observation_kind,
        cast(0 as bigint) as change_number,
        stage_id,
        cast(null as decimal(18, 2)) as amount,
        cast(null as date) as close_date,
        cast(null as {{ dbt.type_string() }}) as rep_id,
        cast(null as {{ dbt.type_string() }}) as forecast_category,
        cast(null as {{ dbt.type_string() }}) as opportunity_type,
        cast(null as boolean) as is_deleted,
        true as is_inferred
    from proven_closings
    union all
    select
        opportunity_id,
        observed_at,
        5 as observation_kind,
        cast(0 as bigint) as change_number,
        stage_id,
        amount,
        close_date,
        rep_id,
        forecast_category,
        opportunity_type,
        cast(null as boolean) as is_deleted,
        true as is_inferred
    from corrections
    union all
    select
        opportunity_id,
        observed_at,
        6 as observation_kind,
        cast(0 as bigint) as change_number,
        cast(null as {{ dbt.type_string() }}) as stage_id,
        cast(null as decimal(18, 2)) as amount,
        cast(null as date) as close_date,
        cast(null as {{ dbt.type_string() }}) as rep_id,
        cast(null as {{ dbt.type_string() }}) as forecast_category,
        cast(null as {{ dbt.type_string() }}) as opportunity_type,
        true as is_deleted,
        false as is_inferred
    from deletions
),

known as (
    select *
    from observations
    where observed_at < {{ as_of_end() }}
)

select * from known
