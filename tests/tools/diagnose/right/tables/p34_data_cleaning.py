# %% messy export
import io
import numpy as np
import pandas as pd

raw = io.StringIO("""id;Name ;Birth Date;Income (EUR);city;joined
1; Anna Meyer;1980-02-30;"35.400,50";berlin ;2021-03-01
2;BOB SMITH;1975-11-12;"41.000";Hamburg;01.04.2021
2;BOB SMITH;1975-11-12;"41.000";Hamburg;01.04.2021
3;carla núñez;n/a;"-";München;2021-05-17
4;Dirk van Dam;2031-01-01;"1.250.000";Munchen;2021-06-30
5;;1990-07-07;"28.900";Koln;unknown
6;Eva Klein;1988-12-01;"39.750,00";KÖLN;12.08.2021
""")
df = pd.read_csv(raw, sep=";", dtype=str, na_values=["n/a", "-", "unknown", ""], skipinitialspace=True)
df.columns = (df.columns.str.strip().str.lower().str.replace(r"[^a-z0-9]+", "_", regex=True).str.strip("_"))
print(df.columns.tolist(), df.shape)

# %% duplicates
before = len(df)
df = df.drop_duplicates().reset_index(drop=True)
print("dropped", before - len(df))

# %% types
df["id"] = df["id"].astype("int64")
df["name"] = df["name"].str.strip().str.title()
df["birth_date"] = pd.to_datetime(df["birth_date"], errors="coerce", format="%Y-%m-%d")
df.loc[df["birth_date"] > "2025-01-01", "birth_date"] = pd.NaT
df["income_eur"] = pd.to_numeric(
    df["income_eur"].str.replace(".", "", regex=False).str.replace(",", ".", regex=False), errors="coerce"
)

def parse_joined(s):
    iso = pd.to_datetime(s, format="%Y-%m-%d", errors="coerce")
    de = pd.to_datetime(s, format="%d.%m.%Y", errors="coerce")
    return iso.fillna(de)

df["joined"] = parse_joined(df["joined"])

# %% one spelling per city
ascii_city = (
    df["city"].str.strip().str.lower()
    .replace({"münchen": "munchen", "köln": "koln"})
)
df["city"] = ascii_city.map({"berlin": "Berlin", "hamburg": "Hamburg", "munchen": "München", "koln": "Köln"}).astype("category")

# %% outlier: mark, do not delete
q1, q3 = df["income_eur"].quantile([0.25, 0.75])
df["income_suspicious"] = df["income_eur"] > q3 + 3 * (q3 - q1)
df["age_at_join"] = ((df["joined"] - df["birth_date"]).dt.days / 365.25).round(1)

# %% final check
assert df["id"].is_unique
assert df["city"].notna().all()
assert df["age_at_join"].dropna().between(16, 100).all()
print(df.to_string())
print(df.isna().sum()[lambda s: s > 0])
