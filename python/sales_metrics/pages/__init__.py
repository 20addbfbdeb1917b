"""The pages people steer by: one file of HTML, made of the public tables alone.

A page is declared in `declared.py`; a panel of it is one SQL file over public tables
(`panels/<page>/<panel>.sql`) and one function of the same name in `static/panels_*.js`. The
numbers of a panel lie in the file as the tables have them; the script only filters, sorts, writes
and draws.
"""
