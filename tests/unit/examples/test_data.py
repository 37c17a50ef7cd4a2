"""The committed sample is what its README says, and enough for the sample job's own checks."""

import csv
from pathlib import Path

DATA = Path(__file__).parents[3] / "examples" / "data"


def rows_of(name):
    with (DATA / name).open(newline="") as file:
        return list(csv.DictReader(file))


def test_data__flights__as_the_readme_says():
    flights = rows_of("flights.csv")

    assert len(flights) == 4010
    assert {row["year"] for row in flights} == {"2013"}
    assert {row["origin"] for row in flights} == {"EWR", "JFK", "LGA"}
    assert len({row["month"] for row in flights}) == 12
    assert sum(row["dep_time"] == "NA" for row in flights) == 105


def test_data__airlines__name_every_carrier():
    names = {row["carrier"]: row["name"] for row in rows_of("airlines.csv")}

    assert len(names) == 16
    assert {row["carrier"] for row in rows_of("flights.csv")} <= set(names)
