-- The cumulative incidence of advancing by Aalen and Johansen: what share of the entries of a
-- window will have advanced when all have left, if open ones go on as those did that stood as long.
-- Lost, backward and deleted compete. effective_n is the number of cases without any open ones that
-- would say as much: the rate's interval is Wilson's at that size. The variance behind it is the
-- delta method's, with shares and covariances of a multinomial on every day: J. J. Gaynor et al.,
-- J. Am. Stat. Assoc. 88 (1993), 400-409. On each day half a case more is taken to have stayed and
-- half to have left: else the last few, who leave all together or not at all, would move the curve
-- by a step that seems to be certain. Long, because nothing of the size of its steps is to be
-- written but the result.
with leavings as (select * from {{ ref('int_stage_leavings') }}),

-- Who stood there at least so long, the leavers of that day among them.
at_risk as (
    select
        *,
        advanced_count + lost_count + backward_count + deleted_count as left_count,
        sum(case_count) over (
            partition by
                window_id, period_type, period_start, scope, segment, team_id, stage_id
            order by days desc
            rows between unbounded preceding and current row
        ) as at_risk_count
    from leavings
),

-- Logarithms turn the product over days into a sum, decimals make it independent of its order.
-- Where everybody leaves nobody is left to be multiplied by 0.
staying as (
    select
        *,
        cast(
            case
                when left_count < at_risk_count
                    then ln((at_risk_count - left_count) / nullif(at_risk_count, 0))
                else 0
            end as decimal(38, 24)
        ) as log_staying
    from at_risk
),

surviving as (
    select
        *,
        exp(
            cast(
                coalesce(
                    sum(log_staying) over (
                        partition by
                            window_id, period_type, period_start, scope, segment, team_id, stage_id
                        order by days
                        rows between unbounded preceding and 1 preceding
                    ), 0
                ) as double
            )
        ) as still_there
    from staying
),

-- Each term is rounded at its last digit: a sum does not depend on its order.
advancing as (
    select
        *,
        cast(still_there * advanced_count / nullif(at_risk_count, 0) as decimal(38, 24))
            as incidence
    from surviving
),

ahead as (
    select
        *,
        cast(
            coalesce(
                sum(incidence) over (
                    partition by
                        window_id, period_type, period_start, scope, segment, team_id, stage_id
                    order by days desc
                    rows between unbounded preceding and 1 preceding
                ), 0
            ) as double
        ) as incidence_ahead
    from advancing
),

-- What the rate gains by a case more among those who advance on this day, and what it loses by one
-- among those who leave otherwise; and how likely both were. Where everybody leaves, nobody is left
-- to advance later.
steps as (
    select
        *,
        case
            when left_count < at_risk_count
                then incidence_ahead * at_risk_count / nullif(at_risk_count - left_count, 0)
            else 0
        end as loss_by_leaving,
        (cast(left_count as double) + 0.5) / (cast(at_risk_count as double) + 1) as leaving_share,
        advanced_count / nullif(cast(left_count as double), 0) as advancing_part
    from ahead
),

varying as (
    select
        *,
        case
            when left_count > 0
                then
                    cast(
                        (
                            power(still_there - loss_by_leaving, 2) * advancing_part
                            + power(loss_by_leaving, 2) * (1 - advancing_part)
                            - power(still_there * advancing_part - loss_by_leaving, 2)
                            * leaving_share
                        ) * leaving_share / nullif(at_risk_count, 0) as decimal(38, 24)
                    )
        end as variance_part
    from steps
),

censored as (
    select
        'censored' as method,
        window_id,
        period_type,
        period_start,
        scope,
        segment,
        team_id,
        'all' as rep_id,
        stage_id,
        cast(sum(case_count) as bigint) as n,
        cast(sum(advanced_count) as bigint) as advanced_count,
        cast(sum(lost_count) as bigint) as lost_count,
        cast(sum(backward_count) as bigint) as backward_count,
        cast(sum(deleted_count) as bigint) as deleted_count,
        cast(sum(watched_count) as bigint) as open_count,
        cast(sum(left_count) as bigint) as left_count,
        -- Where nobody has left yet there is nothing to rate; rounded terms may pass one together.
        case when sum(left_count) > 0 then least(cast(sum(incidence) as double), 1) end as rate,
        cast(sum(variance_part) as double) as variance
    from varying
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9
),

-- Where all or none advance no variance tells: then those who left are the cases.
stage_conversion_censored as (
    select
        *,
        case
            when rate > 1e-9 and rate < 1 - 1e-9
                then least(rate * (1 - rate) / nullif(variance, 0), cast(n as double))
            else cast(left_count as double)
        end as effective_n
    from censored
)

select
    method,
    window_id,
    period_type,
    period_start,
    scope,
    segment,
    team_id,
    rep_id,
    stage_id,
    n,
    advanced_count,
    lost_count,
    backward_count,
    deleted_count,
    open_count,
    rate,
    effective_n
from stage_conversion_censored
