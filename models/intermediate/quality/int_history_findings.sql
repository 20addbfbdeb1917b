-- What the history of deals lacks, or what had to be inferred of it. Long, because each check is a
-- branch of its own.
with opportunities as (select * from {{ ref('int_opportunities_unioned') }}),

changes as (select * from {{ ref('int_opportunity_changes_unioned') }}),

versions as (select * from {{ ref('int_opportunity_versions') }}),

current_rows as (select * from {{ ref('int_crm_rows_beside_history') }}),

pipelines as (select * from {{ ref('int_opportunity_pipelines') }}),

crm_stages as (select * from {{ ref('int_crm_stages') }}),

findings as (
    select
        'stage_undecided' as check_id,
        stage_name as row_id
    from crm_stages
    where is_undecided
    union all
    select
        'orphan_change' as check_id,
        changes.change_id as row_id
    from changes
    anti join opportunities on changes.opportunity_id = opportunities.opportunity_id
    where changes.changed_at < {{ as_of_end() }}
    union all
    select distinct
        'change_before_creation' as check_id,
        changes.change_id as row_id
    from changes
    inner join opportunities on changes.opportunity_id = opportunities.opportunity_id
    where changes.changed_at < opportunities.created_at
    union all
    select distinct
        case
            when
                versions.is_inferred
                and current_rows.first_stage_id = 'unmapped'
                and current_rows.stated_stage_id <> 'unmapped'
                and coalesce(current_rows.first_known_stage_id, '') <> 'unmapped'
                then 'first_stage_unknown'
            else 'unmapped_stage'
        end as check_id,
        versions.opportunity_id as row_id
    from versions
    left join current_rows on versions.opportunity_id = current_rows.opportunity_id
    where versions.stage_id = 'unmapped'
    union all
    select distinct
        'closed_stage_unmapped' as check_id,
        opportunity_id as row_id
    from versions
    where stage_id in ('unmapped_won', 'unmapped_lost')
    union all
    select distinct
        'missing_exchange_rate' as check_id,
        opportunity_id as row_id
    from versions
    where amount is null and amount_original is not null
    union all
    select
        'currency_changed' as check_id,
        opportunity_id as row_id
    from versions
    group by opportunity_id
    having count(distinct currency_code) > 1
    union all
    select distinct
        'inferred_pipeline' as check_id,
        opportunity_id as row_id
    from pipelines
    where is_inferred and pipeline_number > 1
    union all
    select
        'inferred_beginning' as check_id,
        opportunity_id as row_id
    from versions
    where is_inferred and version_number = 1
    union all
    -- Without any record there is nothing the current row could disagree with.
    select distinct
        'inferred_correction' as check_id,
        versions.opportunity_id as row_id
    from versions
    inner join current_rows on versions.opportunity_id = current_rows.opportunity_id
    where versions.is_inferred and versions.version_number > 1 and current_rows.has_stage_history
)

select * from findings
