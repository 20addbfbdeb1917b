-- Deals of every CRM in one vocabulary, as their current rows stand, but only those that exist on
-- the as-of day. Long, because a deal without a creation date begins where something proves it.
with unioned as (select * from {{ ref('int_crm_opportunities') }}),

changes as (select * from {{ ref('int_opportunity_changes_unioned') }}),

accounts as (select * from {{ ref('int_accounts_resolved') }}),

merged_records as (select * from {{ ref('int_merges') }}),

loss_reasons as (select * from {{ configured('loss_reason_map') }}),

stage_map as (select * from {{ ref('int_stage_map') }}),

home as (select * from {{ ref('int_home_currency') }}),

change_times as (
    select
        opportunity_id,
        min(changed_at) as first_changed_at,
        max(changed_at) as last_changed_at
    from changes
    group by opportunity_id
),

-- What the stage alone says: closed, if the name is that of a closed stage in every pipeline.
closed_names as (
    select
        source,
        raw_stage,
        bool_and(is_won or is_lost) as is_closed
    from stage_map
    group by source, raw_stage
),

evidenced as (
    select
        unioned.*,
        change_times.last_changed_at,
        least(
            unioned.qualified_at,
            change_times.first_changed_at,
            unioned.last_modified_at,
            case
                when coalesce(unioned.is_closed, closed_names.is_closed)
                    then {{ business_midnight('unioned.close_date') }}
            end
        ) as evident_from,
        -- Of an open deal it is a plan, which moves; of a deal that may have closed it says
        -- something once it has passed.
        case
            when
                coalesce(unioned.is_closed, closed_names.is_closed) is null
                and unioned.close_date <= {{ as_of_date() }}
                then {{ business_midnight('unioned.close_date') }}
        end as perhaps_closed_at
    from unioned
    left join change_times on unioned.opportunity_id = change_times.opportunity_id
    left join closed_names
        on unioned.source = closed_names.source and unioned.stage_name = closed_names.raw_stage
),

-- A deal without a creation date begins with the first thing known of it: if that lies after the
-- as-of day, it is not there yet. A deal of which nothing is dated is never lost: it begins with
-- the first thing known of any deal, else with the fiscal year, so that it does not move from one
-- day to the next.
dated as (
    select
        evidenced.*,
        coalesce(
            evidenced.created_at,
            least(evidenced.evident_from, evidenced.perhaps_closed_at),
            least(min(evidenced.created_at) over (), min(evidenced.evident_from) over ()),
            {{ business_midnight("date '" ~ fiscal_year_start_day() ~ "'") }}
        ) as known_from
    from evidenced
),

-- What was modified after the as-of day may tell of a later state than this build may know; so may
-- a row whose records go on after that day, whatever its stamp says.
stamped as (
    select
        *,
        coalesce(greatest(last_modified_at, last_changed_at) < {{ as_of_end() }}, true)
            as is_current_at_as_of
    from dated
),

opportunities_unioned as (
    select
        dated.opportunity_id,
        dated.source,
        coalesce(accounts.surviving_account_id, dated.account_id) as account_id,
        coalesce(dated.rep_id, 'unassigned') as rep_id,
        dated.opportunity_name,
        dated.stage_name,
        dated.pipeline,
        dated.amount,
        coalesce(upper(dated.currency_code), home.unstated_currency) as currency_code,
        dated.crm_probability,
        dated.forecast_category,
        dated.opportunity_type,
        dated.lead_source,
        dated.campaign_id,
        dated.next_step,
        dated.loss_reason as loss_reason_value,
        coalesce(loss_reasons.loss_reason, lower(dated.loss_reason), 'unknown') as loss_reason,
        dated.segment_value,
        dated.close_date,
        dated.known_from as created_at,
        dated.created_at is null as is_creation_inferred,
        dated.qualified_at,
        dated.last_activity_on,
        dated.last_modified_at,
        dated.bad_values,
        dated.untold_fields,
        coalesce(dated.is_closed, false) as is_closed_in_crm,
        coalesce(dated.is_won, false) as is_won_in_crm,
        dated.is_current_at_as_of,
        -- A merged deal is the survivor's: it ends like one that was deleted.
        (dated.is_deleted or merged_records.survivor_id is not null)
        and dated.is_current_at_as_of as is_deleted,
        merged_records.survivor_id is not null and dated.is_current_at_as_of as is_merged_away
    from stamped as dated
    cross join home
    left join accounts on dated.account_id = accounts.account_id
    left join merged_records
        on dated.opportunity_id = merged_records.record_id
        and merged_records.record_kind = 'opportunity'
    left join loss_reasons on lower(dated.loss_reason) = loss_reasons.raw_reason
    where dated.known_from < {{ as_of_end() }}
)

select * from opportunities_unioned
