{#-
    The staging of the tables of engagements, which differ by a few columns.

    hubspot__staged_engagements(kind, columns)  one kind; columns: what only that kind has
    hubspot__staged_of_engagements(of, columns) what lies in engagement_<of>
-#}
{% macro hubspot__staged_engagements(kind, columns=[]) -%}
    {{ hubspot__staged_of_engagements(
        kind, ['owner_id as rep_id', 'created_at', 'happened_at', 'last_modified_at'] + columns
    ) }}
{%- endmacro %}

{% macro hubspot__staged_of_engagements(of, columns) -%}
with source as (
    {{ raw_rows('hubspot', 'engagement_' ~ of) }}
),

renamed as (
    select
        engagement_id,
        {%- for column in columns %}
        {{ column }},
        {%- endfor %}

        -- how the row came here
        is_deleted,
        row_copies,
        bad_values,
        row_doubts,
        loader_sequence
    from source
)

select * from renamed
{%- endmacro %}
