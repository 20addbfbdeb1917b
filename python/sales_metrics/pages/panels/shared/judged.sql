-- Whether any of the company's numbers can be told: where none can, it says nothing that no trouble
-- is found.
select
    coalesce(
        max(
            case
                when
                    five.metric_value is not null
                    and five.status in ('strong', 'target', 'watch', 'below')
                    then 1
                else 0
            end
        ), 0
    ) = 1 as is_any_judged
from marts.ceo_five as five
