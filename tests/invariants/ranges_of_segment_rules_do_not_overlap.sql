-- A number of employees, or an amount, is in one segment at most: in two, its account or deal
-- would stand there twice. A range that ends where it begins holds nothing.
with segment_rules as (select * from {{ configured('segment_rules') }}),

ranges as (
    select
        rule,
        segment,
        coalesce(lower_bound, 0) as lower_bound,
        upper_bound,
        row_number() over (
            partition by rule
            order by coalesce(lower_bound, 0) asc, upper_bound asc nulls last, segment asc
        ) as place
    from segment_rules
    where rule in ('employees', 'acv_band')
),

broken as (
    select
        earlier.rule,
        concat(
            'The ranges ', earlier.segment, ' and ', later.segment, ' of the rule ', earlier.rule,
            ' in segment_rules overlap at ', later.lower_bound, ': end the first where the second '
            'begins.'
        ) as sentence
    from ranges as earlier
    inner join ranges as later
        on earlier.rule = later.rule
        and earlier.place < later.place
        and (earlier.upper_bound > later.lower_bound or earlier.upper_bound is null)
    union all
    select
        rule,
        concat(
            'The range ', segment, ' of the rule ', rule, ' in segment_rules begins at ',
            lower_bound, ' and ends at ', upper_bound, ', so nothing is in it: let it end above '
            'where it begins.'
        ) as sentence
    from ranges
    where lower_bound >= upper_bound
)

select * from broken
