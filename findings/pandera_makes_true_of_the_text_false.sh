#!/usr/bin/env bash
# pandera, coerce=True: a column is_won of "true", "false" and nothing is validated, and won in every row.
#
# Expected: a schema that says `bool`, nullable or not, makes true and false of these texts or refuses them,
# and refuses a missing value where it is not nullable, as it does for `int`.
# Seen: pandera 0.35.0 with pandas 2.3.3. Coercion is pandas' astype(bool): whatever text is not empty is
# True, "false" and "0" too, and so is a missing value, which is gone before `nullable=False` looks for it;
# also in a column that pandas had read as True, False and NaN. `int` likewise cuts seats of 9.5 to 9. No
# error, no warning. The types "boolean" and "Int64" refuse all of it, and so does Polars for texts.
# Why it matters: CSV exports and Salesforce's bulk API give IsWon and IsClosed as the texts true and false.
# Read as text, so that ids stay whole, and passed through the check, the win rate is 100 %, and an open
# deal is closed.
# Source: seen; that "False" as a text is True is known of pandas (issue 59575 of pandas-dev/pandas).
# Instead: `pa.Column("boolean", coerce=True)` and "Int64" after the texts were mapped to values; or no
# coercion, so that the type is checked.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check pandera==0.35.0 pandas==2.3.3 polars==2.1.0
cd "$folder"
printf 'deal,is_won,seats\nD1,true,10\nD2,false,9.5\nD3,,3\n' >deals.csv
venv/bin/python - <<'PY'
import pandas as pd
import pandera
import pandera.pandas as pa
import pandera.polars as pp
import polars as pl


def checked(deals, column, kind, package=pa):
    schema = package.DataFrameSchema({column: package.Column(kind, coerce=True, nullable=False)})
    try:
        return schema.validate(deals[[column]])[column].to_list()
    except (pa.errors.SchemaError, pa.errors.SchemaErrors):
        return "refused"


texts, inferred = pd.read_csv("deals.csv", dtype={"is_won": "str"}), pd.read_csv("deals.csv")
found = {
    "texts as bool": checked(texts, "is_won", bool),
    "inferred as bool": checked(inferred, "is_won", bool),
    "0 as bool": checked(pd.DataFrame({"is_won": ["1", "0"]}), "is_won", bool),
    "seats as int": checked(texts, "seats", int),
}
refused = {
    "texts as boolean": checked(texts, "is_won", "boolean"),
    "inferred as boolean": checked(inferred, "is_won", "boolean"),
    "seats as Int64": checked(texts, "seats", "Int64"),
    "texts as pl.Boolean": checked(pl.DataFrame({"is_won": ["true", "false"]}), "is_won", pl.Boolean, pp),
}
print("pandera", pandera.__version__, "pandas", pd.__version__)
print("read:", texts["is_won"].to_list(), inferred["is_won"].to_list(), texts["seats"].to_list())
print("validated:", found)
print("with other types:", refused)
assert inferred["is_won"].to_list()[:2] == [True, False] and inferred["is_won"].isna().sum() == 1
assert found == {
    "texts as bool": [True, True, True],
    "inferred as bool": [True, False, True],
    "0 as bool": [True, True],
    "seats as int": [10, 9, 3],
}
assert set(refused.values()) == {"refused"}
PY
