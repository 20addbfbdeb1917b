{#-
    CSV files: commas, double quotes doubled within quotes, a header, UTF-8, one row per line or
    quoted lines. Nothing is left to a reader's guess, because a guess may take `#` for a comment and
    drop rows. Every column is text, so that one bad value cannot change what the others are.

    csv_header(lines, contract)  where the header stands: {place, names, lines_before: not blank}
    csv_cells(line)              the cells of a line, trimmed, without their quotes
    csv_table(path, contract)    DuckDB: {from, columns, lines_before_header, problem} of a file
    csv_row_problem(table)       DuckDB: the first row with other cells than the header, in a sentence
-#}

{#-
    The first line that names every required column; lines before it are a title some exports write.
    Without such a line, or without a contract, the first that is neither blank nor begins with `#`.
-#}
{% macro csv_header(lines, contract=none) -%}
    {%- set found = [] -%}
    {%- set plain = [] -%}
    {%- set before = [] -%}
    {%- for line in lines if not found -%}
        {#- A quote that is open at the end of a line takes the next one with it. -#}
        {%- set text = line if line.count('"') % 2 == 0 else lines[loop.index0:] | join('\n') -%}
        {%- set names = csv_cells(text) -%}
        {%- set here = {'place': loop.index0, 'names': names, 'lines_before': before | length} -%}
        {%- if contract and names_required_columns(names, contract) -%}
            {%- do found.append(here) -%}
        {%- elif line | trim and not (line | trim).startswith('#') -%}
            {%- do plain.append(here) -%}
        {%- endif -%}
        {%- if line | trim -%}{%- do before.append(line) -%}{%- endif -%}
    {%- endfor -%}
    {%- set chosen = (found + plain) | first | default({'place': 0, 'names': [''], 'lines_before': 0}) -%}
    {%- if '"' in lines[:chosen.place] | join and (lines[:chosen.place] | join).count('"') % 2 -%}
        {{ return({'place': 0, 'names': csv_cells(lines[0]), 'lines_before': 0}) }}
    {%- endif -%}
    {{ return(chosen) }}
{%- endmacro %}

{% macro names_required_columns(names, contract) -%}
    {%- set there = names | map('lower') | list -%}
    {%- for column in columns_missing(contract, there) -%}{{ return(false) }}{%- endfor -%}
    {{ return(true) }}
{%- endmacro %}

{% macro csv_cells(line) -%}
    {%- set found = [] -%}
    {%- for cell in modules.re.findall('(?:^|,)("(?:[^"]|"")*"|[^,]*)', line) -%}
        {%- set cell = cell[1:-1] | replace('""', '"') if cell.startswith('"') else cell -%}
        {%- do found.append(cell | trim) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{% macro csv_table(path, contract=none) -%}
    {%- set lines = [] -%}
    {%- set problems = [] -%}
    {%- set told = csv_rejects(
        path, 'line', csv_reader(path, ['line'], 0, divided=false) ~ ' limit 20', lines
    ) -%}
    {%- if told -%}{%- do problems.append(told) -%}{%- endif -%}
    {%- set header = csv_header(lines, contract) -%}
    {%- for mark, named in {';': 'semicolons', '\t': 'tabs', '|': 'vertical bars'}.items()
        if header.names | length == 1 and mark in header.names[0] -%}
        {%- do problems.append(
            path ~ ' is divided by ' ~ named ~ ', not by commas: export it again with commas.'
        ) -%}
    {%- endfor -%}
    {%- set names = [] -%}
    {%- set columns = {} -%}
    {%- for name in header.names -%}
        {%- set name = name or 'column' ~ loop.index0 -%}
        {%- set name = name if name | lower not in columns else name ~ '_' ~ loop.index0 -%}
        {%- do names.append(name) -%}
        {%- do columns.update({
            name | lower: {'sql': '"' ~ name | replace('"', '""') ~ '"', 'type': 'varchar'}
        }) -%}
    {%- endfor -%}
    {{ return({
        'from': csv_reader(path, names, header.place),
        'columns': columns,
        'lines_before_header': header.lines_before,
        'problem': problems | first | default(none),
    }) }}
{%- endmacro %}

{#- divided: false reads each line as one value, from the first on. -#}
{% macro csv_reader(path, names, skip, divided=true) -%}
    {%- set columns = [] -%}
    {%- for name in names -%}
        {%- do columns.append("'" ~ sql_text(name) ~ "': 'varchar'") -%}
    {%- endfor -%}
    {{ return(
        "read_csv('" ~ glob_text(path) ~ "', auto_detect = false, columns = {"
        ~ columns | join(', ') ~ "}, skip = " ~ skip ~ ", "
        ~ ("header = true, delim = ',', quote = '\"', escape = '\"', strict_mode = true" if divided
        else "header = false, delim = '\x1f', quote = '', escape = '', strict_mode = false, "
        ~ "parallel = false")
        ~ ", comment = '', nullstr = '', null_padding = false, ignore_errors = false, encoding = 'utf-8'"
        ~ ", compression = '" ~ ('gzip' if path.endswith('.gz') else 'none') ~ "', max_line_size = 2097152)"
    ) }}
{%- endmacro %}

{#- A row with more or fewer cells would be shifted or dropped. -#}
{% macro csv_row_problem(table) -%}
    {{ return(csv_rejects(table.place, 'count(columns(*))', table.from)) }}
{%- endmacro %}

{#-
    A sentence about the first row of a file that cannot be read, or none; what can be read of the
    one selected column is added to `found`.
-#}
{% macro csv_rejects(place, selected, reader, found=[]) -%}
    {%- for row in run_query(
        'select ' ~ selected ~ ' from ' ~ reader | replace(
            'ignore_errors = false',
            "ignore_errors = true, store_rejects = true, rejects_table = 'csv_rejects', "
            ~ "rejects_scan = 'csv_scans', rejects_limit = 100"
        )
    ) -%}
        {%- do found.append(row[0] or '') -%}
    {%- endfor -%}
    {%- set wrong = run_query(
        'select line, error_type from csv_rejects order by line, error_type limit 1'
    ) -%}
    {%- do run_query('drop table csv_rejects') -%}
    {%- do run_query('drop table csv_scans') -%}
    {%- for row in wrong -%}
        {%- set told = {
            'MISSING COLUMNS': 'has fewer cells than the header',
            'TOO MANY COLUMNS': 'has more cells than the header',
            'UNQUOTED VALUE': 'has a quote that is not closed',
            'INVALID ENCODING': 'is not in UTF-8',
            'LINE SIZE OVER MAXIMUM': 'is longer than 2 MB',
        } -%}
        {{ return(
            place ~ ": line " ~ row[0] ~ " " ~ told.get(row[1], 'cannot be read as CSV')
            ~ "; export it again as CSV in UTF-8 with commas, and quotes around texts that hold one."
        ) }}
    {%- endfor -%}
    {{ return(none) }}
{%- endmacro %}

{% macro is_empty_file(path) -%}
    {%- set sizes = run_query("select size from read_blob('" ~ glob_text(path) ~ "')") -%}
    {{ return(sizes.rows | length == 1 and sizes.rows[0][0] == 0) }}
{%- endmacro %}

{% macro empty_file_told(place) -%}
    {{ return(place ~ ' is empty: the export was cut off; export it again.') }}
{%- endmacro %}
