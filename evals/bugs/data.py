"""Tables that the cases read: each maker writes CSV files into a folder, the same bytes every time."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.random import Generator


def churn(rng: Generator, rows: int = 1200) -> dict[str, pd.DataFrame]:
    """Customers who leave or stay: numbers, two text columns, gaps in `age`, an identifier; about 30 % leave."""
    tenure = rng.integers(1, 72, rows)
    monthly = rng.normal(65, 20, rows).clip(18, 120).round(2)
    contract = rng.choice(["month", "year", "two years"], rows, p=[0.55, 0.25, 0.2])
    calls = rng.poisson(1.4, rows)
    age = rng.normal(46, 14, rows).clip(18, 90).round()
    odds = 1.1 * (contract == "month") - 0.045 * tenure + 0.02 * (monthly - 65) + 0.5 * calls - 0.8
    left = (rng.random(rows) < 1 / (1 + np.exp(-odds))).astype(int)
    table = pd.DataFrame({"customer_id": np.arange(10_000, 10_000 + rows), "tenure": tenure, "monthly": monthly})
    table["contract"] = contract
    table["payment"] = rng.choice(["card", "transfer", "cheque"], rows)
    table["support_calls"] = calls
    table["age"] = np.where(rng.random(rows) < 0.12, np.nan, age)
    table["total_charges"] = (tenure * monthly * rng.normal(1, 0.03, rows)).round(2)
    table["churn"] = left
    return {"churn": table}


def houses(rng: Generator, rows: int = 900) -> dict[str, pd.DataFrame]:
    """House prices with a skewed target, a district in text, and gaps in `area`."""
    area = rng.lognormal(4.6, 0.35, rows).round(1)
    district = rng.choice([f"D{number:02d}" for number in range(12)], rows)
    worth = dict(zip(sorted(set(district)), rng.normal(0, 0.25, 12), strict=True))
    year = rng.integers(1900, 2022, rows)
    logs = 8.2 + 0.9 * np.log(area) + np.array([worth[name] for name in district]) + 0.002 * (year - 1960)
    table = pd.DataFrame({"area": area, "rooms": (area / 28).round().clip(1, 9).astype(int), "year": year})
    table["distance"] = rng.gamma(2, 4, rows).round(2)
    table["district"] = district
    table["price"] = np.exp(logs - 0.01 * table["distance"] + rng.normal(0, 0.15, rows)).round(-2)
    table.loc[rng.random(rows) < 0.08, "area"] = np.nan
    return {"houses": table}


def patients(rng: Generator, people: int = 120, visits: int = 6) -> dict[str, pd.DataFrame]:
    """Several visits of each patient; a diagnosis that depends on who it was alone, not on what was measured."""
    who = np.repeat(np.arange(people), visits)
    signature = rng.normal(0, 1, (people, 8))
    measured = signature[who] + rng.normal(0, 0.25, (people * visits, 8))
    table = pd.DataFrame(measured.round(4), columns=[f"marker_{number}" for number in range(8)])
    table.insert(0, "patient_id", who)
    table["diagnosis"] = rng.permutation(np.arange(people) % 2)[who]
    return {"patients": table.sample(frac=1, random_state=0).reset_index(drop=True)}


def genes(rng: Generator, rows: int = 120, columns: int = 1500) -> dict[str, pd.DataFrame]:
    """Many columns of noise and a label by the toss of a coin: no honest score is above one half."""
    table = pd.DataFrame(rng.normal(size=(rows, columns)).round(3), columns=[f"g{number}" for number in range(columns)])
    table["label"] = rng.permutation(np.arange(rows) % 2)
    return {"genes": table}


def sales(rng: Generator, days: int = 900) -> dict[str, pd.DataFrame]:
    """Daily sales of a shop that wander from day to day, with a weekly rhythm."""
    date = pd.date_range("2021-01-01", periods=days)
    walk = np.cumsum(rng.normal(0, 4, days))
    promo = (rng.random(days) < 0.2).astype(int)
    table = pd.DataFrame(
        {"date": date, "promo": promo, "temperature": (12 + 9 * np.sin(np.arange(days) / 58)).round(1)}
    )
    weekly = np.array([0, 3, 4, 6, 12, 20, 9])[date.day_of_week]
    table["sales"] = (200 + walk + weekly + 15 * promo + rng.normal(0, 3, days)).round(1)
    return {"sales": table}


def reviews(rng: Generator, rows: int = 500) -> dict[str, pd.DataFrame]:
    """Short texts with a label that tells little of them; every text stands two or three times."""
    words = np.array([f"word{number:03d}" for number in range(800)])
    texts = [" ".join(rng.choice(words, 12)) for _ in range(rows // 2)]
    labels = rng.integers(0, 2, rows // 2)
    pick = rng.permutation(np.concatenate([np.arange(rows // 2), rng.integers(0, rows // 2, rows - rows // 2)]))
    return {"reviews": pd.DataFrame({"text": [texts[number] for number in pick], "positive": labels[pick]})}


def fraud(rng: Generator, rows: int = 4000) -> dict[str, pd.DataFrame]:
    """Payments, about one in fifty of them fraud, that overlap with honest ones."""
    is_fraud = (rng.random(rows) < 0.02).astype(int)
    table = pd.DataFrame(rng.normal(0, 1, (rows, 6)).round(4), columns=[f"v{number}" for number in range(6)])
    for name in ("v0", "v1", "v2"):
        table[name] += 1.3 * is_fraud
    table["amount"] = rng.lognormal(3, 1, rows).round(2)
    table["is_fraud"] = is_fraud
    return {"fraud": table}


def loans(rng: Generator, rows: int = 1000) -> dict[str, pd.DataFrame]:
    """Loans that default or not, with two columns that are filled in only after a default."""
    income = rng.lognormal(10.4, 0.4, rows).round()
    amount = rng.lognormal(9, 0.6, rows).round()
    odds = 1.4 * np.log(amount / income) + 1.2 + rng.normal(0, 0.8, rows)
    default = (rng.random(rows) < 1 / (1 + np.exp(-odds))).astype(int)
    table = pd.DataFrame({"loan_id": np.arange(rows), "income": income, "amount": amount})
    table["term"] = rng.choice([24, 36, 60], rows)
    table["grade"] = rng.choice(["A", "B", "C", "D"], rows)
    table["recovered"] = np.where(default == 1, (amount * rng.uniform(0.05, 0.5, rows)).round(2), 0.0)
    table["days_in_collection"] = np.where(default == 1, rng.integers(30, 400, rows), 0)
    table["default"] = default
    return {"loans": table}


def survey(rng: Generator, rows: int = 400) -> dict[str, pd.DataFrame]:
    """Answers of coin-flip value, of which nearly half of the rows were entered twice."""
    table = pd.DataFrame(rng.normal(size=(rows, 6)).round(3), columns=[f"q{number}" for number in range(6)])
    table["buys"] = rng.integers(0, 2, rows)
    twice = pd.concat([table, table.sample(frac=0.8, random_state=1)])
    return {"survey": twice.sample(frac=1, random_state=2).reset_index(drop=True)}


def shop(rng: Generator, rows: int = 600) -> dict[str, pd.DataFrame]:
    """Two tables to be joined: customers, and what they spent next year, in another order."""
    age = rng.integers(18, 80, rows)
    visits = rng.poisson(6, rows)
    customers = pd.DataFrame({"customer": np.arange(rows), "age": age, "visits": visits})
    customers["city"] = rng.choice(["Leeds", "York", "Hull"], rows)
    spent = pd.DataFrame({"customer": np.arange(rows)})
    spent["next_year"] = (12 * visits + 0.8 * age + rng.normal(0, 8, rows)).round(2)
    return {"customers": customers, "spent": spent.sample(frac=1, random_state=3).reset_index(drop=True)}


MAKERS: dict[str, Callable[[Generator], dict[str, pd.DataFrame]]] = {
    maker.__name__: maker for maker in (churn, houses, patients, genes, sales, reviews, fraud, loans, survey, shop)
}


def make(name: str, folder: Path) -> None:
    """Write the tables of a maker into a folder, as CSV files named after them.

    Raises KeyError for a name that no maker has.
    """
    rng = np.random.default_rng(sum(map(ord, name)))
    for table, frame in MAKERS[name](rng).items():
        frame.to_csv(folder / f"{table}.csv", index=False)
