-- Every file of the raw folder as the build found it: read as a table, or why it is not.
{%- set files = raw_files_judged() %}
with files as (
    {%- for file in files %}
    select
        '{{ sql_text(file.file) }}' as file_path,
        {{ "'" ~ file.source_name ~ "'" if file.source_name else 'cast(null as string)' }}
            as source_name,
        {{ "'" ~ file.table_name ~ "'" if file.table_name else 'cast(null as string)' }}
            as table_name,
        {{ "'" ~ file.check_id ~ "'" if file.check_id else 'cast(null as string)' }} as check_id
    {{ 'union all' if not loop.last }}
    {%- else %}
    select
        cast(null as string) as file_path,
        cast(null as string) as source_name,
        cast(null as string) as table_name,
        cast(null as string) as check_id
    where false
    {%- endfor %}
)

select * from files
