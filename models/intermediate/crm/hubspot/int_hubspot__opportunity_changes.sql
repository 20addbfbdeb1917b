-- The log of properties tells what each was given, '' where it was cleared. Of a deal it says
-- nothing of, what else is known counts: the entries into its stages, and since when it is as it
-- is. Long, because each of the three is one branch.
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
with history as (select * from {{ ref('stg_hubspot__deal_property_history') }}),

entries as (select * from {{ ref('stg_hubspot__deal_stages') }}),

deals as (select * from {{ ref('stg_hubspot__opportunities') }}),

followed as (
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
    select
        opportunity_id,
        changed_at,
        concat_ws('|', opportunity_id, property_name, cast(changed_at as {{ dbt.type_string() }}))
            as change_id,
        {%- for field, value in typed.items() %}
        case
            when field = '{{ field }}' and property_value is null
                then {{ nothing.get(field, no_text()) }}
            when field = '{{ field }}' then {{ value }}
        end as {{ field }},
        {%- endfor %}
        field
    from followed
    where field is not null
),

of_stages as (
    select distinct opportunity_id
    from logged
    where stage_name is not null
),

entered as (
    select
        entries.opportunity_id,
        entries.entered_at as changed_at,
        concat_ws(
            '|',
            entries.opportunity_id,
            entries.stage_name,
            cast(entries.entered_at as {{ dbt.type_string() }})
        ) as change_id,
        entries.stage_name
    from entries
    anti join of_stages on entries.opportunity_id = of_stages.opportunity_id
    where not entries.is_deleted
),

standing as (
    select deals.*
    from deals
    anti join logged on deals.opportunity_id = logged.opportunity_id
),

opportunity_changes as (
    select
        opportunity_id,
        changed_at,
        {{ crm_nulls('opportunity_changes', ['loader_sequence']) -}}
        change_id,
        {% for field in typed -%}
        {{ field }},
        {% endfor -%}
        {{ crm_nulls('opportunity_changes', ['crm_probability']) -}}
        {{ no_old_values() -}}
        false as tells_crm_probability
    from logged
    union all
    select
        opportunity_id,
        changed_at,
        {{ crm_nulls('opportunity_changes', ['loader_sequence']) -}}
        change_id,
        {% for field in typed -%}
        {% if field == 'stage_name' -%}
        stage_name,
        {% else -%}
        {{ crm_nulls('opportunity_changes', [field]) -}}
        {% endif -%}
        {% endfor -%}
        {{ crm_nulls('opportunity_changes', ['crm_probability']) -}}
        {{ no_old_values() -}}
        false as tells_crm_probability
    from entered
    {%- for known, instant in since.items() %}
    union all
    select
        opportunity_id,
        {{ instant }} as changed_at,
        {{ crm_nulls('opportunity_changes', ['loader_sequence']) -}}
        concat_ws('|', opportunity_id, '{{ known }}') as change_id,
        {% for field in typed -%}
        {% if field == known -%}
        coalesce({{ field }}, {{ nothing.get(field, no_text()) }}) as {{ field }},
        {% else -%}
        {{ crm_nulls('opportunity_changes', [field]) -}}
        {% endif -%}
        {% endfor -%}
        {{ crm_nulls('opportunity_changes', ['crm_probability']) -}}
        {{ no_old_values() -}}
        false as tells_crm_probability
    from standing
    where {{ instant }} is not null
    {%- endfor %}
)

select
    {% for column in crm_shapes()['opportunity_changes'] if column != 'tells_crm_probability' -%}
    {{ column }},
    {% endfor -%}
    tells_crm_probability
from opportunity_changes
