"""Write a real table for the demonstration: `python scripts/demo_data.py FILE.csv`.

Wisconsin breast cancer (569 rows, 30 measurements of cell nuclei, malignant or benign), which comes with scikit-learn.
"""

import sys
from pathlib import Path

from sklearn.datasets import load_breast_cancer

bunch = load_breast_cancer(as_frame=True)
table = bunch.data.rename(columns=lambda name: name.replace(" ", "_"))
table["diagnosis"] = bunch.target_names[bunch.target]
path = Path(sys.argv[1])
path.parent.mkdir(parents=True, exist_ok=True)
table.to_csv(path, index=False)
