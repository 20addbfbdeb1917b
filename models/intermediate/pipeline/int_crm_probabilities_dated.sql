-- Which probability the CRM gave to a deal on which days, as far as its history proves: a snapshot
-- tells it from its day on, the current row from its last change on, without a stamp on the as-of
-- day alone. It holds while the deal stands in the stage it was given in. Before that nobody knows:
-- is_known is false, unless the CRM has a number for every stage (which then stands in) or never
-- gives any. Long, because snapshots and current rows are weighed against each other first.
with crm_stages as (select * from {{ ref('int_crm_stages') }}),

changes as (select * from {{ ref('int_opportunity_changes_mapped') }}),

opportunities as (select * from {{ ref('int_opportunities_unioned') }}),

current_rows as (select * from {{ ref('int_crm_rows_beside_history') }}),

sources as (
    select
        source,
        max(case when crm_probability is not null then 1 else 0 end) = 1 as tells_probabilities
    from opportunities
    group by source
),

sources_with_stages as (
    select distinct source
    from crm_stages
    where crm_probability is not null
),

-- A day ends with what was written last.
recorded as (
    select
        changes.opportunity_id,
        {{ business_day('changes.observed_at') }} as known_from,
        changes.stage_id,
        changes.crm_probability,
        row_number() over (
            partition by changes.opportunity_id, {{ business_day('changes.observed_at') }}
            order by
                changes.changed_at desc,
                changes.loader_sequence desc nulls last,
                changes.stage_order desc nulls last,
                changes.change_id desc
        ) as place
    from changes
    where changes.tells_crm_probability
),

recorded_deals as (select distinct opportunity_id from recorded),

-- An empty value of the row says nothing against the records.
stated as (
    select
        opportunities.opportunity_id,
        case
            when opportunities.last_modified_at is null then {{ as_of_date() }}
            else {{ business_day(
                'greatest(opportunities.last_modified_at, opportunities.created_at)'
            ) }}
        end as known_from,
        current_rows.stage_id,
        opportunities.crm_probability
    from opportunities
    inner join current_rows on opportunities.opportunity_id = current_rows.opportunity_id
    left join recorded_deals on opportunities.opportunity_id = recorded_deals.opportunity_id
    where opportunities.is_current_at_as_of
        and (opportunities.crm_probability is not null or recorded_deals.opportunity_id is null)
),

facts as (
    select
        opportunities.opportunity_id,
        date '1900-01-01' as known_from,
        cast(null as {{ dbt.type_string() }}) as stage_id,
        cast(null as double) as crm_probability,
        sources_with_stages.source is not null or not sources.tells_probabilities as is_known
    from opportunities
    inner join sources on opportunities.source = sources.source
    left join sources_with_stages on opportunities.source = sources_with_stages.source
    union all
    select
        recorded.opportunity_id,
        recorded.known_from,
        recorded.stage_id,
        recorded.crm_probability,
        true as is_known
    from recorded
    left join stated
        on recorded.opportunity_id = stated.opportunity_id
        and recorded.known_from >= stated.known_from
    where recorded.place = 1 and stated.opportunity_id is null
    union all
    select
        opportunity_id,
        known_from,
        stage_id,
        crm_probability,
        true as is_known
    from stated
),

dated as (
    select
        opportunity_id,
        known_from,
        coalesce(
            lead(known_from) over (partition by opportunity_id order by known_from),
            date '9999-12-31'
        ) as known_to,
        stage_id,
        cast(crm_probability as double) as crm_probability,
        is_known
    from facts
)

select * from dated
