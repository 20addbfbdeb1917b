-- Deals whose row says otherwise than their records and carries no modification stamp: nobody knows
-- the day of the edit, so history is kept and today's row is not used. Each names the fields.
{%- set fields = {
    'owner': ['rep_id', 'rep_id', "''"],
    'amount': ['amount', 'amount_original', no_amount()],
    'close_date': ['close_date', 'close_date', no_date()],
} %}
with current_rows as (select * from {{ ref('int_crm_rows_beside_history') }}),

versions as (
    select *
    from {{ ref('int_opportunity_versions') }}
    where valid_to is null
),

compared as (
    select
        current_rows.opportunity_id,
        concat_ws(
            ' ',
            {%- for name, of_field in fields.items() %}
            {%- set stated = 'current_rows.stated_' ~ of_field[0] %}
            case
                when
                    {{ stated }} is not null
                    and nullif({{ stated }}, {{ of_field[2] }})
                    is distinct from versions.{{ of_field[1] }}
                    then '{{ name }}'
            end,
            {%- endfor %}
            case
                when
                    current_rows.has_stage_history
                    and current_rows.stated_stage_id <> versions.stage_id
                    then 'stage'
            end
        ) as contradicted_fields
    from current_rows
    inner join versions on current_rows.opportunity_id = versions.opportunity_id
    where current_rows.last_modified_at is null and current_rows.is_current_at_as_of
),

findings as (
    select
        'unstamped_row' as check_id,
        concat(opportunity_id, ' ', contradicted_fields) as row_id
    from compared
    where contradicted_fields <> ''
)

select * from findings
