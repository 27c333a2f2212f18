"""Solutions that cheat: each tries one way to learn the labels of rows that it is to predict.

Each file is a Solution in the contract of `docs/solution.md`, complete in itself, and can be judged by hand:
`mlpilot score evals/cheats/01_working_folder.py DATA --target y`. Most leave, in `fit`, a note of the rows whose
label is 1, where a later fold may find it; the rest look for labels in the process, on the disk, or in the order of
rows. They name rows by a checksum of their features, so they only work on tables of numbers with labels 0 and 1.

`evals.trust` judges them all on labels that are coin flips. Where there are no walls they work: the tests run each in
plain processes, and see it score far above chance. `forget`, where there is one, wipes the trace that this leaves.
"""
