{#-
    Bounds of the Wilson score interval at 95 %: `hits` out of `n`, both expressions of type double.
    Null when n is 0 or the hits are no part of n. Source: E. B. Wilson, J. Am. Stat. Assoc. 22 (1927), 209-212.
-#}
{% macro wilson_low(hits, n) -%} {{ wilson_bound(hits, n, '-') }} {%- endmacro %}
{% macro wilson_high(hits, n) -%} {{ wilson_bound(hits, n, '+') }} {%- endmacro %}

{% macro wilson_bound(hits, n, sign) -%}
    {%- set z = 1.959963984540054 -%}
    case
        when {{ hits }} >= 0 and {{ hits }} <= {{ n }} and {{ n }} > 0
            then greatest(0.0, least(1.0,
                (
                    {{ hits }} + {{ z * z / 2 }}
                    {{ sign }} {{ z }} * sqrt(
                        {{ hits }} * ({{ n }} - {{ hits }}) / {{ n }} + {{ z * z / 4 }}
                    )
                ) / ({{ n }} + {{ z * z }})
            ))
    end
{%- endmacro %}
