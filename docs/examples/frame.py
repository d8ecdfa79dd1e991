"""Recommendations as a data frame, each column as text: "NA" is Namibia, and some numbers of the UN begin with zeros.

Needs pandas. UPR_API names another installation.
"""

import io
import os
import sys
import urllib.request

import pandas

API = os.environ.get("UPR_API", "http://127.0.0.1:8000/api/v1")

with urllib.request.urlopen(f"{API}/recommendations.csv?session=48", timeout=600) as answer:
    text = answer.read().decode()
if not text.rstrip("\n").rpartition("\n")[2].startswith("# complete: "):
    sys.exit("The download was broken off. Ask again.")

# An absent value is an empty text; comment="#" passes over the closing line, and over nothing within a text.
frame = pandas.read_csv(io.StringIO(text), dtype=str, keep_default_na=False, comment="#")
frame["number_of_states"] = frame["number_of_states"].astype(int)
frame["lead_since"] = pandas.to_datetime(frame["lead_since"])  # NaT where there is no assessment

# Several values of one cell become a row each.
made_by = frame.assign(recommending_state=frame["recommending_states"].str.split(" | ", regex=False))
made_by = made_by.explode("recommending_state")
print(frame.groupby(["state_iso3", "lead_status"]).size())
print(made_by["recommending_state"].value_counts().head(10))
