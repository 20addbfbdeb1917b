{#-
    A bound of the Wilson score interval: of `hits` out of `n`, both expressions of type double; at 95 % unless `z`
    (a number, or an expression of type double) says otherwise. Null when n is 0 or the hits are no part of n.
    `bound`: low or high. Source: E. B. Wilson, J. Am. Stat. Assoc. 22 (1927), 209-212.
-#}
{% macro wilson(bound, hits, n, z=1.959963984540054) -%}
    {%- set square = z * z if z is number else z ~ ' * ' ~ z -%}
    case
        when {{ hits }} >= 0 and {{ hits }} <= {{ n }} and {{ n }} > 0
            then greatest(0.0, least(1.0,
                (
                    {{ hits }} + {{ z * z / 2 if z is number else square ~ ' / 2' }}
                    {{ {'low': '-', 'high': '+'}[bound] }} {{ z }} * sqrt(
                        {{ hits }} * ({{ n }} - {{ hits }}) / {{ n }}
                        + {{ z * z / 4 if z is number else square ~ ' / 4' }}
                    )
                ) / ({{ n }} + {{ square }})
            ))
    end
{%- endmacro %}
