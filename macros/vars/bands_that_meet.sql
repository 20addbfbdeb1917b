{#-
    A changed threshold is one row: where a user's band begins or ends elsewhere than ours of the same
    status, the band of ours that met it there meets it where it is now. A neighbour the user gives
    too is as it is given.
        over   the user's rows and ours, as rows_over() gives them
-#}
{% macro bands_that_meet(over, ours, types) -%}
    with bands as ({{ over }}),

    moved as (
        select
            bands.metric_id,
            bands.acv_tier,
            bands.status,
            bands.compared,
            ours.lower as old_lower,
            bands.lower as new_lower,
            ours.upper as old_upper,
            bands.upper as new_upper
        from bands
        inner join {{ ours }} as ours
            on
                bands.metric_id = ours.metric_id
                and bands.acv_tier = ours.acv_tier
                and bands.status = ours.status
                and bands.compared = ours.compared
        where
            bands.lower is distinct from ours.lower
            or bands.upper is distinct from ours.upper
    )

    select
        {%- for column in types %}
        {% if column == 'lower' -%}
        case when own.status is null then coalesce(below.new_upper, bands.lower) else bands.lower end as {{ column -}}
        {%- elif column == 'upper' -%}
        case when own.status is null then coalesce(above.new_lower, bands.upper) else bands.upper end as {{ column -}}
        {%- else -%}
        bands.{{ column -}}
        {%- endif -%}
        {{ ',' if not loop.last }}
        {%- endfor %}
    from bands
    left join moved as own
        on
            bands.metric_id = own.metric_id
            and bands.acv_tier = own.acv_tier
            and bands.status = own.status
    left join moved as below
        on
            bands.metric_id = below.metric_id
            and bands.acv_tier = below.acv_tier
            and bands.compared = below.compared
            and bands.lower = below.old_upper
    left join moved as above
        on
            bands.metric_id = above.metric_id
            and bands.acv_tier = above.acv_tier
            and bands.compared = above.compared
            and bands.upper = above.old_lower
{%- endmacro %}
