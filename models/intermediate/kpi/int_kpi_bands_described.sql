-- The bands in words: the range a value should lie in, and all of them in a row.
with bands as (select * from {{ configured('kpi_bands') }}),

metrics as (select * from {{ configured('metrics') }}),

worded as (
    select
        bands.metric_id,
        bands.acv_tier,
        bands.compared,
        -- `||`, since concat skips a null on DuckDB: an open end has no words.
        {%- for end in ['lower', 'upper'] %}
        case
            when bands.compared = 'points_to_baseline'
                then cast(cast(bands.{{ end }} * 100 as decimal(18, 1)) as string) || ' points'
            when bands.compared = 'share_of_baseline' or metrics.unit like 'share%'
                then cast(cast(bands.{{ end }} * 100 as decimal(18, 1)) as string) || ' %'
            else cast(cast(bands.{{ end }} as decimal(18, 1)) as string)
        end as {{ end }}_text,
        {%- endfor %}
        bands.status
    from bands
    inner join metrics on bands.metric_id = metrics.metric_id
),

ranged as (
    select
        *,
        case
            when lower_text is null then concat('under ', upper_text)
            when upper_text is null then concat(lower_text, ' and more')
            else concat(lower_text, ' to ', upper_text)
        end as range_text
    from worded
),

described as (
    select
        metric_id,
        acv_tier,
        max(compared) as compared,
        concat(
            coalesce(
                max(case when status = 'target' then range_text end),
                max(case when status = 'strong' then range_text end)
            ),
            case max(compared) when 'value' then '' else ' against the baseline' end
        ) as benchmark,
        concat_ws(
            '; ',
            max(case when status = 'strong' then concat('strong ', range_text) end),
            max(case when status = 'target' then concat('target ', range_text) end),
            max(case when status = 'watch' then concat('watch ', range_text) end),
            max(case when status = 'below' then concat('below ', range_text) end),
            case when max(compared) <> 'value' then 'against the baseline' end
        ) as band_text
    from ranged
    group by 1, 2
)

select * from described
