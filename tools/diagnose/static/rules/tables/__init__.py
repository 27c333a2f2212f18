"""Rules for programs with tables: scikit-learn, pandas, numpy and what follows their conventions."""
