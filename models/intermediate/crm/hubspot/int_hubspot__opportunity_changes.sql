-- The log of properties tells what each was given, '' where it was cleared; a log that reaches back
-- to the creation of its deal also tells what was empty then: what it first tells of later. Of a
-- deal it says nothing of, what else is known counts: the entries into its stages, and since when
-- it is as it is. All become values as texts, read in one place. Long, because of the four.
{%- set typed = {
    'stage_name': 'property_value',
    'amount': hubspot__logged_value('property_value', 'amount', 'decimal(18,2)'),
    'close_date': hubspot__logged_value('property_value', 'close_date', 'date'),
    'rep_id': number_id('property_value', 'text'),
    'pipeline': 'property_value',
    'currency_code': 'upper(property_value)',
    'opportunity_type': 'property_value',
    'loss_reason': 'property_value',
    'forecast_category': normalised_forecast_category('property_value'),
    'segment_value': 'property_value',
} %}
{%- set nothing = {'amount': no_amount(), 'close_date': no_date(), 'rep_id': "'unassigned'"} %}
{%- set since = {
    'stage_name': 'stage_since', 'amount': 'amount_since', 'close_date': 'close_date_since',
    'rep_id': 'owner_since',
} %}
{#- What an entered stage may be called, the surest first: by its id; by the id as properties have
    it, in lower case with `_` for what is no letter and no digit; and that with a number behind. -#}
{%- set spelled = matches_replaced('lower(listed.stage_name)', '[^a-z0-9]', '_') %}
{%- set callings = [
    'entered.stage_name = listed.stage_name',
    'entered.stage_name = ' ~ spelled,
    matches_replaced('entered.stage_name', '_[0-9]+$', '') ~ ' = ' ~ spelled,
] %}
with history as (select * from {{ ref('stg_hubspot__deal_property_history') }}),

entries as (select * from {{ ref('stg_hubspot__deal_stages') }}),

stages as (select * from {{ ref('stg_hubspot__deal_pipeline_stages') }}),

deals as (select * from {{ ref('stg_hubspot__opportunities') }}),

named as (
    select
        opportunity_id,
        changed_at,
        property_name,
        property_value,
        {{ hubspot__property_field('property_name') }} as field
    from history
    where not is_deleted
),

logged as (
    select *
    from named
    where field is not null
),

first_told as (
    select
        opportunity_id,
        field,
        min(changed_at) as told_at
    from logged
    group by opportunity_id, field
),

begun as (
    select
        deals.opportunity_id,
        deals.created_at
    from deals
    inner join first_told on deals.opportunity_id = first_told.opportunity_id
    group by deals.opportunity_id, deals.created_at
    having min(first_told.told_at) <= deals.created_at
),

of_stages as (
    select opportunity_id
    from first_told
    where field = 'stage_name'
),

listed as (
    select stage_id as stage_name
    from stages
    union
    select stage_name
    from deals
    where stage_name is not null
),

entered as (
    select distinct stage_name
    from entries
),

-- A name that two stages may have, or none, stays as it is: the stage map does not know it, which
-- is the finding unmapped_stage of its deals.
recognised as (
    select
        entered.stage_name as entered_name,
        coalesce(
            {%- for calling in callings %}
            {%- set one = 'case when ' ~ calling ~ ' then listed.stage_name end' %}
            case
                when
                    min({{ one }})
                    = max({{ one }})
                    then max({{ one }})
            end{{ ',' if not loop.last }}
            {%- endfor %}
        ) as stage_name
    from entered
    cross join listed
    group by entered.stage_name
),

standing as (
    select deals.*
    from deals
    anti join logged on deals.opportunity_id = logged.opportunity_id
),

told as (
    select
        opportunity_id,
        changed_at,
        field,
        property_value,
        concat_ws('|', opportunity_id, property_name, cast(changed_at as {{ dbt.type_string() }}))
            as change_id
    from logged
    union all
    select
        first_told.opportunity_id,
        begun.created_at as changed_at,
        first_told.field,
        cast(null as {{ dbt.type_string() }}) as property_value,
        concat_ws('|', first_told.opportunity_id, first_told.field) as change_id
    from first_told
    inner join begun on first_told.opportunity_id = begun.opportunity_id
    where first_told.told_at > begun.created_at
        and first_told.field not in ('stage_name', 'pipeline')
    union all
    select
        entries.opportunity_id,
        entries.entered_at as changed_at,
        'stage_name' as field,
        coalesce(recognised.stage_name, entries.stage_name) as property_value,
        concat_ws(
            '|',
            entries.opportunity_id,
            entries.stage_name,
            cast(entries.entered_at as {{ dbt.type_string() }})
        ) as change_id
    from entries
    left join recognised on entries.stage_name = recognised.entered_name
    anti join of_stages on entries.opportunity_id = of_stages.opportunity_id
    where not entries.is_deleted
    {%- for field, instant in since.items() %}
    union all
    select
        opportunity_id,
        {{ instant }} as changed_at,
        '{{ field }}' as field,
        cast({{ field }} as {{ dbt.type_string() }}) as property_value,
        concat_ws('|', opportunity_id, '{{ field }}') as change_id
    from standing
    where {{ instant }} is not null
    {%- endfor %}
),

opportunity_changes as (
    select
        opportunity_id,
        changed_at,
        {{ crm_nulls('opportunity_changes', ['loader_sequence']) -}}
        change_id,
        {%- for field, value in typed.items() %}
        case
            when field = '{{ field }}' and property_value is null
                then {{ nothing.get(field, no_text()) }}
            when field = '{{ field }}' then {{ value }}
        end as {{ field }},
        {%- endfor %}
        {{ crm_nulls('opportunity_changes', ['crm_probability']) -}}
        {{ no_old_values() -}}
        false as tells_crm_probability
    from told
)

select
    {% for column in crm_shapes()['opportunity_changes'] if column != 'tells_crm_probability' -%}
    {{ column }},
    {% endfor -%}
    tells_crm_probability
from opportunity_changes
