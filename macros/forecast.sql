{#- The numbers the forecast rests on; docs/forecast.md tells what others did out of sample. -#}

{#- Weeks in a stage from which on no difference is made. -#}
{% macro longest_stay() -%} 16 {%- endmacro %}

{#- Weeks ahead: from the last day of a quarter to the last of the next are at most 92 days, from the first 184. -#}
{% macro farthest_week() -%} 27 {%- endmacro %}

{#- Chances are learnt from so many days, and the last of them are compared with the rest. -#}
{% macro learning_days() -%} 364 {%- endmacro %}
{% macro recent_days() -%} 70 {%- endmacro %}

{#- How many deals at the company's rate a segment's own are joined by. -#}
{% macro prior_stays() -%} 5.0 {%- endmacro %}
{% macro prior_changes() -%} 2.0 {%- endmacro %}

{#- Thirteen weeks: the pace a forecast is averaged with. -#}
{% macro pace_days() -%} 91 {%- endmacro %}

{#- How many earlier quarters tell what deals yet to be created will bring. -#}
{% macro quarters_averaged() -%} 4 {%- endmacro %}

{#- Quarters of its own errors a forecast needs before its range rests on them. -#}
{% macro quarters_of_errors() -%} 6 {%- endmacro %}

{#- What rates learnt from one company are off by anyway, as a share of what is still to be won. -#}
{% macro error_of_rates() -%} 0.08 {%- endmacro %}

{#- Quarters at the range of the deals' own chance that its past errors are averaged with. -#}
{% macro prior_errors() -%} 4.0 {%- endmacro %}

{#-
    Below so many quarters a forecast says that it rests on little; half of what is still to be won,
    divided by them, is added to its error, and later ranges do not learn from it.
-#}
{% macro quarters_enough() -%} 3 {%- endmacro %}

{#- Four of five outcomes of a normal distribution lie so many standard errors around its middle. -#}
{% macro errors_of_80() -%} 1.2816 {%- endmacro %}

{#-
    What a range that is sized by so many errors is wider by: Student's t over the normal quantile, to
    the first order in 1 / errors (Cornish and Fisher). `errors`: their number as SQL, above 0.
-#}
{% macro widened_for_few(errors) -%}
    (1 + {{ (errors_of_80() | trim | float) ** 2 + 1 }}e0 / (4 * ({{ errors }})))
{%- endmacro %}

{#-
    The standard normal distribution function to 0.0002 (Bowling and others 2009), because no function
    of it is common to all engines.
-#}
{% macro normal_share(z) -%}
    1 / (
        1 + exp(
            -0.07056 * power(greatest(-8, least(8, {{ z }})), 3)
            - 1.5976 * greatest(-8, least(8, {{ z }}))
        )
    )
{%- endmacro %}

{#- Whole weeks a deal has stood in its stage on a day, as far as they make a difference. -#}
{% macro weeks_in_stage(entered_on, day) -%}
    cast(least(floor({{ days_between(entered_on, day) }} / 7.0), {{ longest_stay() }}) as integer)
{%- endmacro %}

{#-
    What the place a deal is in a week later wins from then on, `chance` there. Sums of doubles depend
    on the order of the rows: each product is fixed to a decimal first. `edges`, `later`: aliases.
-#}
{% macro won_later(chance) -%}
    cast(sum(cast(edges.week_share * later.{{ chance }} as decimal(18, 12))) as double)
{%- endmacro %}

{#-
    A product before it is summed: sums of doubles depend on the order of the rows. Finer than money,
    because a last digit that engines round apart must not show.
-#}
{% macro fixed(product) -%}
    cast({{ product }} as decimal(38, 12))
{%- endmacro %}

{#- The square of an amount: of one in hundreds of trillions it has thirty digits. -#}
{% macro squared(amount) -%}
    cast(cast({{ amount }} as double) * cast({{ amount }} as double) as decimal(38, 4))
{%- endmacro %}
