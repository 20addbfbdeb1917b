{#-
    Of openings that may lie within one another those that count, series by series: the first one, then always the
    first that lies after the closing of the one before. A subquery with the columns of the relation.
        openings  relation with series_id, place and closing_place (null: it never closes)
-#}
{% macro followed_on(openings) -%}
    {{ return(adapter.dispatch('followed_on', 'sales_metrics')(openings)) }}
{%- endmacro %}

{% macro default__followed_on(openings) -%}
    (
        with recursive followed as (
            select
                series_id,
                min(place) as place
            from {{ openings }}
            group by series_id
            union all
            select
                later.series_id,
                min(later.place) as place
            from followed
            inner join {{ openings }} as here
                on followed.series_id = here.series_id and followed.place = here.place
            inner join {{ openings }} as later
                on here.series_id = later.series_id and here.closing_place < later.place
            group by later.series_id
        )
        select {{ openings }}.*
        from {{ openings }}
        inner join followed
            on {{ openings }}.series_id = followed.series_id and {{ openings }}.place = followed.place
    )
{%- endmacro %}

{#- Spark 3.5 has no recursive query; a fold over the openings of a series, in order, does the same. -#}
{% macro spark__followed_on(openings) -%}
    (
        select {{ openings }}.*
        from {{ openings }}
        inner join (
            select
                series_id,
                explode(
                    aggregate(
                        array_sort(collect_list(struct(place, coalesce(closing_place, 999999999) as closing_place))),
                        cast(
                            named_struct('places', array(), 'reached', -1L)
                            as struct<places: array<bigint>, reached: bigint>
                        ),
                        (so_far, opening) -> if(
                            opening.place > so_far.reached,
                            named_struct(
                                'places', concat(so_far.places, array(cast(opening.place as bigint))),
                                'reached', cast(opening.closing_place as bigint)
                            ),
                            so_far
                        ),
                        so_far -> so_far.places
                    )
                ) as place
            from {{ openings }}
            group by series_id
        ) as followed
            on {{ openings }}.series_id = followed.series_id and {{ openings }}.place = followed.place
    )
{%- endmacro %}
