# several visits per patient -> all the visits of a patient stay on the same side
import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import GroupKFold, GroupShuffleSplit
from sklearn.metrics import roc_auc_score, brier_score_loss

df = pd.read_csv('patients.csv')
df['sex'] = (df['sex'] == 'M').astype(int)
cols = ['age', 'sex', 'systolic_bp', 'cholesterol']

outer = GroupShuffleSplit(n_splits=1, test_size=0.2, random_state=3)
dev_idx, test_idx = next(outer.split(df, groups=df['patient_id']))
dev, test = df.iloc[dev_idx], df.iloc[test_idx]
assert not set(dev.patient_id) & set(test.patient_id)

best = None
for lr in (0.03, 0.1):
    for leaves in (7, 15):
        aucs = []
        for tr, va in GroupKFold(n_splits=5).split(dev, groups=dev['patient_id']):
            m = HistGradientBoostingClassifier(learning_rate=lr, max_leaf_nodes=leaves, max_iter=60, random_state=3)
            m.fit(dev.iloc[tr][cols], dev.iloc[tr]['event'])
            aucs.append(roc_auc_score(dev.iloc[va]['event'], m.predict_proba(dev.iloc[va][cols])[:, 1]))
        print(f'lr={lr} leaves={leaves} auc={np.mean(aucs):.3f} (sd {np.std(aucs):.3f})')
        if best is None or np.mean(aucs) > best[0]:
            best = (np.mean(aucs), lr, leaves)

_, lr, leaves = best
final = HistGradientBoostingClassifier(learning_rate=lr, max_leaf_nodes=leaves, max_iter=60, random_state=3).fit(dev[cols], dev['event'])
p = final.predict_proba(test[cols])[:, 1]
print('held-out patients: auc %.3f, brier %.3f' % (roc_auc_score(test.event, p), brier_score_loss(test.event, p)))
