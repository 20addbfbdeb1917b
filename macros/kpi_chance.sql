{#-
    The variance of a share of `hits` out of `n`, two hits and two misses added, so that it is above 0 also where there
    are none: A. Agresti, B. Caffo, Am. Stat. 54 (2000), 280-288.
-#}
{% macro smoothed_variance(hits, n) -%}
    (({{ hits }} + 1.0) / ({{ n }} + 2.0)) * (1 - ({{ hits }} + 1.0) / ({{ n }} + 2.0)) / ({{ n }} + 2.0)
{%- endmacro %}

{#-
    The logarithm of a rate, events per case, and its variance by chance where both come as they may (Poisson), half of
    one added to each, so that a rate of none has both: J. L. Fleiss and others, Statistical Methods for Rates and
    Proportions, 3rd ed. (2003).
-#}
{% macro log_rate(events, cases) -%}
    ln(({{ events }} + 0.5) / ({{ cases }} + 0.5))
{%- endmacro %}

{% macro variance_of_log_rate(events, cases) -%}
    1.0 / ({{ events }} + 0.5) + 1.0 / ({{ cases }} + 0.5)
{%- endmacro %}

{#-
    By how many standard errors none is too few where `expected` were to be expected: none comes by chance with
    exp(-expected) (Poisson), written as the place of that share under the normal curve (its asymptote, a little too few
    errors); 0 where one or two were expected.
-#}
{% macro errors_of_none(expected) -%}
    sqrt(greatest(
        2 * greatest({{ expected }}, 0.5) - ln(2 * greatest({{ expected }}, 0.5)) - ln(2 * 3.141592653589793), 0
    ))
{%- endmacro %}

{#- The variance of the mean of n cases, by their sum and their sum of squares; null below two. -#}
{% macro variance_of_mean(n, sum_x, sum_xx) -%}
    case
        when {{ n }} > 1
            then greatest({{ sum_xx }} - {{ sum_x }} * {{ sum_x }} / {{ n }}, 1e-9)
                / (({{ n }} - 1.0) * {{ n }})
    end
{%- endmacro %}
