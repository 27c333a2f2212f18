# %%
import numpy as np
import pandas as pd
import matplotlib.pyplot as plt
import seaborn as sns
from sklearn.datasets import load_wine

# %% load
wine = load_wine(as_frame=True)
df = wine.frame.rename(columns={"od280/od315_of_diluted_wines": "od_ratio"})
df["cultivar"] = pd.Categorical.from_codes(df.pop("target"), ["c0", "c1", "c2"])
df.head()

# %% shape, dtypes, missing
print(df.shape)
print(df.dtypes.value_counts())
print("missing cells:", int(df.isna().sum().sum()))
print("duplicated rows:", int(df.duplicated().sum()))

# %% robust summary per cultivar
num = df.select_dtypes("number").columns
summary = df.groupby("cultivar", observed=True)[list(num)].agg(["median", "std"]).T
print(summary.round(2).head(12))

# %% z-scores only to look for odd rows
z = (df[num] - df[num].mean()) / df[num].std()
odd = z.abs().max(axis=1).sort_values(ascending=False)
print("rows with |z|>4:", (odd > 4).sum())
print(df.loc[odd.index[:3], ["cultivar", "magnesium", "ash", "color_intensity"]])

# %% which columns go together
corr = df[num].corr(method="spearman")
upper = corr.where(np.triu(np.ones(corr.shape, dtype=bool), k=1)).stack()
print(upper[upper.abs() > 0.7].sort_values(ascending=False))

# %%
fig, axes = plt.subplots(1, 2, figsize=(11, 4))
sns.heatmap(corr, cmap="vlag", center=0, ax=axes[0], cbar=False)
sns.boxplot(data=df, x="cultivar", y="proline", ax=axes[1])
axes[1].set_title("proline by cultivar")
fig.tight_layout()
plt.show()

# %% quick pairwise look
g = sns.pairplot(df[["alcohol", "flavanoids", "hue", "cultivar"]], hue="cultivar", height=1.7)
plt.show()
