# %%
import numpy as np
import pandas as pd
import matplotlib.pyplot as plt

# %%
TRUE = np.array([0.040, 0.045, 0.052, 0.060, 0.035])
T, RUNS = 1500, 4

def thompson(rng):
    a, b = np.ones(5), np.ones(5)
    def choose():
        return int(np.argmax(rng.beta(a, b)))
    def learn(k, r):
        a[k] += r
        b[k] += 1 - r
    return choose, learn

def eps_greedy(rng, eps=0.1):
    n, s = np.zeros(5), np.zeros(5)
    def choose():
        if rng.random() < eps or n.min() == 0:
            return int(rng.integers(5))
        return int(np.argmax(s / n))
    def learn(k, r):
        n[k] += 1
        s[k] += r
    return choose, learn

def uniform(rng):
    return (lambda: int(rng.integers(5))), (lambda k, r: None)

# %%
curves = {}
for name, make in [("thompson", thompson), ("eps-greedy", eps_greedy), ("uniform", uniform)]:
    total = np.zeros(T)
    for run in range(RUNS):
        rng = np.random.default_rng(run)
        choose, learn = make(rng)
        regret = np.empty(T)
        for t in range(T):
            k = choose()
            learn(k, float(rng.random() < TRUE[k]))
            regret[t] = TRUE.max() - TRUE[k]
        total += regret.cumsum()
    curves[name] = total / RUNS

# %%
res = pd.DataFrame(curves)
print(res.iloc[[99, 749, T - 1]].round(2))
res.plot(xlabel="step", ylabel="mean cumulative regret")
plt.show()
