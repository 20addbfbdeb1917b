-- Who is a user of several CRMs is one person (the seed people_map): what the first of them says
-- goes first, what it leaves open the next one may say. Rows of rep lists are periods and stay as
-- they are.
{%- set columns = crm_shapes()['people'] %}
with crm_people as (
    {{ crm_rows('people') | indent(4) }}
),

ranked as (
    select
        *,
        case source
            {%- for crm in known_crm_sources() %}
            when '{{ crm }}' then {{ loop.index }}
            {%- endfor %}
        end as source_rank
    from crm_people
),

users as (
    select
        rep_id,
        {%- for column in columns if column not in ['rep_id', 'is_rep_list', 'is_active'] %}
        min_by({{ column }}, case when {{ column }} is not null then source_rank end)
            as {{ column }},
        {%- endfor %}
        bool_or(is_active) as is_active,
        is_rep_list,
        min_by(source, source_rank) as source
    from ranked
    where not is_rep_list
    group by rep_id, is_rep_list
),

people as (
    select
        {%- for column in columns %}
        {{ column }},
        {%- endfor %}
        source
    from users
    union all
    select
        {%- for column in columns %}
        {{ column }},
        {%- endfor %}
        source
    from crm_people
    where is_rep_list
)

select * from people
