"""Messages of scikit-learn, XGBoost and LightGBM that say what does not fit: the remedy names it.

Source: where scikit-learn 1.9, XGBoost 3.2 and LightGBM 4.7 raise. They are looked at before the general ones of
`sign.py`. As there, no pattern repeats within a repetition.
"""

from mlpilot.tools.diagnose.signs.sign import sign

_TARGETS = (
    sign(
        "target-not-classes",
        r"Supported target types are: .{1,80} Got '(?:continuous|unknown)",
        "folds are to hold classes in equal shares, and the target is a number",
        "use KFold, or cut the number into classes for stratify: pd.qcut(y, 5)",
    ),
    sign(
        "shape-mismatch",
        r"y should be a 1d array, got an array of shape (\(.{1,40}?\))|Data must be 1-dimensional|must be "
        r"1-dimensional"
        r"|bad input shape|should be a 1d array",
        "one column is meant, and a table is given",
        "give one column: y.ravel(), or probabilities[:, 1] of the class that is judged; for columns of X, "
        "OrdinalEncoder",
    ),
    sign(
        "shape-mismatch",
        r"Expected 2D array, got (?:scalar|1D) array|Expected 2-dimensional",
        "a table is meant, and one row or column is given",
        "reshape(-1, 1) for one column, reshape(1, -1) for one row; df[['a']] in place of df['a']",
    ),
    sign(
        "classes-at-first",
        r"classes must be passed on the first call|classes.{0,60}is not the same as on last call|y has new "
        r"(?:labels|class)"
        r"|do(?:es)? not exist in the initial classes|should include all valid labels",
        "what learns by parts has to know all classes from its first part on",
        "pass classes=np.unique(all labels) with the first call of partial_fit",
    ),
    sign(
        "logarithm-of-negative",
        r"cannot be used when (?:targets|y|.{1,40}) contain negative|Logarithmic Error cannot be used",
        "a logarithm is taken of negative values",
        "clip them at 0 (np.clip(y, 0, None)), or use another error",
    ),
    sign(
        "metric-for-two-classes",
        r"but average='binary'",
        "a metric is asked as if there were two classes, and there are more",
        'say average="macro" (or "weighted")',
    ),
    sign(
        "one-class",
        r"Only one class (?:is )?present|number of classes has to be greater than one|contains only one label",
        "a class is missing",
        "look at the target's counts: a split may hold one class alone (stratify= keeps both); pass labels=",
    ),
    sign(
        "target-not-classes",
        r"Classification metrics can't handle a mix of (\w{1,30}) and (\w{1,30}) targets",
        "{0} is compared with {1}",
        "give classes to both: predict in place of predict_proba, argmax(axis=1), or a threshold (> 0.5)",
    ),
    sign(
        "metric-mixed",
        r"y_true and y_pred have different number of output|[Nn]umber of classes in .{1,30} not equal to"
        r"|number of columns in 'y_score'|The number of classes in labels is different",
        "labels and predictions have different numbers of classes or columns",
        "give a column for each class, and all classes in labels=",
    ),
    sign(
        "target-not-classes",
        r"(continuous|multiclass|multilabel|unknown)\S{0,20} format is not supported",
        "a metric of two classes is given a target that is {0}",
        "give classes: a threshold (y > 0.5) makes two of numbers; label_binarize (one-hot) makes columns of "
        "more classes",
    ),
    sign(
        "metric-for-two-classes",
        r"pos_label is not specified|pos_label=.{1,60} is not a valid label",
        "a metric does not know which of two classes counts as positive",
        "pass pos_label=, or number the classes 0 and 1",
    ),
)
_SETTINGS = (
    sign(
        "shape-mismatch",
        r"Found array with dim (\d{1,3})",
        "a table of two dimensions is meant, and {0} are given",
        "make one row of each: X.reshape(len(X), -1)",
    ),
    sign(
        "nothing-to-search",
        r"No fits were performed",
        "a search has no candidates, or no splits",
        "look at param_grid (an empty list?) and cv: one of them holds nothing",
    ),
    sign(
        "smaller-than-before",
        r"resize with smaller n_estimators|must be larger or equal to .{0,40}(?:warm_start|when)",
        "with warm_start a model can grow alone",
        "set n_estimators above what is fitted already, or warm_start=False",
    ),
    sign(
        "lengths-differ",
        r"Number of classes, (\d{1,9}), does not match size of target_names, (\d{1,9})",
        "there are {0} classes, and {1} names for them",
        "pass labels= with all classes, or as many target_names as there are",
    ),
    sign(
        "no-validation",
        r"No evaluation result|eval_set` is not used|no evaluation results found",
        "there are no results on rows that are not trained on",
        "pass eval_set= to fit (valid_sets=, evals= to train)",
    ),
    sign(
        "too-few-rows",
        r"n_samples=(\d{1,12}) should be >= n_clusters=(\d{1,12})",
        "{1} clusters are asked for, and there are {0} rows",
        "ask for no more clusters than there are rows",
    ),
    sign(
        "setting-out-of-range",
        r"perplexity .{0,20}must be less than n_samples",
        "perplexity is larger than the number of rows allows",
        "set perplexity below the number of rows",
    ),
    sign(
        "not-an-estimator",
        r"is a class instead of an (?:instance|object)|should be an estimator|\(type <class 'type'>\)|got a class|"
        r"does not (?:seem to )?be a scikit-learn estimator|not an estimator instance|get_params' method",
        "a class stands where an object of it is meant",
        "write it with brackets: SVC() and not SVC",
    ),
    sign(
        "attribute-of-other-setting",
        r"This '(\w{1,60})' has no attribute '(\w{1,60})'",
        "{0} has {1} under another setting alone",
        "look up in its documentation which setting gives it, and set that before fit",
    ),
    sign(
        "unexpected-setting",
        r"Invalid parameter '(\w{1,80})' for estimator Pipeline",
        "the pipeline has no parameter {0} itself",
        "write it with its step: svc__C for C of the step svc (pipeline.get_params() lists all)",
    ),
    sign(
        "unexpected-setting",
        r"Invalid parameter '?(\w{1,80})'? for estimator",
        "the estimator has no parameter {0}",
        "look at its names: estimator.get_params(); step__name inside a pipeline",
    ),
    sign(
        "experimental-import",
        r"explicitly import (enable_\w{1,60})",
        "it is experimental, and has to be switched on",
        "add before it: from sklearn.experimental import {0}",
    ),
    sign(
        "unknown-scorer",
        r"is not a valid scoring value|The 'scoring' parameter .{1,200} Got",
        "there is no score of this name",
        "use one that sklearn.metrics.get_scorer_names() lists, such as neg_root_mean_squared_error",
    ),
    sign(
        "text-not-listed",
        r"Iterable over raw text documents expected, string object received",
        "one text is given where many are meant",
        "put it in a list: [text]",
    ),
    sign(
        "empty-vocabulary",
        r"no terms remain|max_df corresponds to < documents than min_df|empty vocabulary",
        "no word is left of the texts",
        "lower min_df, raise max_df, and look at stop_words and token_pattern",
    ),
    sign(
        "unseen-label",
        r"y contains previously unseen labels",
        "a label occurs that was not there when the encoder was fitted",
        "fit the encoder on all labels that may occur; for columns of X OrdinalEncoder(handle_unknown=...)",
    ),
    sign(
        "groups-missing",
        r"'groups' parameter should not be None",
        "a split by groups is not told the groups",
        "pass groups= to split, cross_val_score or fit",
    ),
    sign(
        "mean-of-text",
        r"Cannot use (?:mean|median) strategy with non-numeric data",
        "a mean is asked of a column of text",
        'say strategy="most_frequent" for text, or impute the columns of numbers alone',
    ),
    sign(
        "columns-differ",
        r"[Cc]olumn ordering must be equal|columns are missing: |number of (?:features|columns) "
        r".{0,40}(?:does not match|"
        r"is different|not equal)|fitted with \d{1,9} (?:features|columns)",
        "what is transformed has other columns than what was fitted",
        "select the same columns in the same order for both",
    ),
    sign(
        "too-many-features",
        r"[Kk] ?should be >= ?0 and <= n_features|n_features_to_select|must be between 1 and n_features",
        "more columns are to be chosen than there are",
        'ask for no more than there are columns, or "all"',
    ),
    sign(
        "importance-missing",
        r"`?coef_`? (?:or|and) `?feature_importances_`?|importance_getter",
        "an estimator that says nothing of its columns is to choose among them",
        "use one with coef_ or feature_importances_ (a linear model, trees), or permutation_importance",
    ),
)
_BOOSTERS = (
    sign(
        "lengths-differ",
        r"Invalid size for `?label|Length of labels? differs|Check failed: .{0,80}(?:label|weight)s?.{0,40}[Ss]ize",
        "the labels are not as many as the rows",
        "select the same rows of both",
    ),
    sign(
        "unreadable-file",
        r"Invalid model format|Model format error|Unknown model format|LightGBMError: Could not open|Opening "
        r".{1,100} failed"
        r"|LocalFileSystem::Open|file (?:doesn't|does not) exist|Model file .{1,80}isn't",
        "the file is not there, or is no saved model",
        "look at its path (does it exist in the folder that the program runs in?), and that save_model wrote it",
    ),
    sign(
        "category-unseen",
        r"category not in the training set",
        "a category occurs that was not there in training",
        "give the column the categories of the training: pd.Categorical(values, categories=known)",
    ),
    sign(
        "category-unseen",
        r"train and valid dataset categorical_feature do not match",
        "columns of categories differ between training and prediction",
        'make the same columns categories in both: .astype("category"), with the same categories',
    ),
    sign(
        "text-as-number",
        r"enable_categorical",
        "a column of text or categories reaches XGBoost, which was not told to take it",
        'make it categories (.astype("category")) and say enable_categorical=True, or encode it',
    ),
    sign(
        "bad-column-name",
        r"feature_names must be string, and may not contain|special JSON characters",
        "the name of a column holds characters that the library does not take",
        "rename the columns to letters, digits and _",
    ),
    sign(
        "label-out-of-range",
        r"label must be in \[0,1\] for logistic|labels? .{0,30}(?:in|between) \[?0,? ?(?:and )?1\]?",
        "a logistic loss is given labels beyond 0 and 1",
        "use labels between 0 and 1; for more classes multi:softprob with num_class=",
    ),
    sign(
        "label-out-of-range",
        r"Invalid classes inferred from unique values of `y`",
        "the labels are not numbered 0 to classes - 1",
        "number them from 0: LabelEncoder().fit_transform(y)",
    ),
    sign(
        "unknown-device",
        r"(?<!Torch )(?:not compiled|compiled without|built without) (?:with )?(?:CUDA|GPU)|No visible GPU|gpu_hist"
        r"|CUDA (?:Tree Learner|driver)|GPU Tree Learner was not enabled",
        "a GPU is asked for that this build, or machine, does not have",
        'say device="cpu" (tree_method="hist")',
    ),
    sign(
        "not-a-dataset",
        r"Training only accepts Dataset object|Can only eval for Dataset|Invalid training matrix|expected "
        r"DMatrix|invalid type: .{1,80}, expecting DMatrix|expecting DMatrix",
        "an array is given where the library's own table is meant",
        "wrap it: xgboost.DMatrix(X, y), lightgbm.Dataset(X, y)",
    ),
    sign(
        "groups-missing",
        r"Should set group|should set group for ranking|Ranking tasks require query information|`group` or `qid`"
        r"|Sum of query counts|group.{0,40}sum",
        "a ranking is not told which rows belong together, or not of all rows",
        "pass group= (how many rows each query has, in order; their sum is the number of rows)",
    ),
    sign(
        "no-validation",
        r"at least one dataset and eval metric is required|Must have at least 1 validation",
        "early stopping is asked for without rows to judge by",
        "pass eval_set (valid_sets, evals) with rows that are not trained on",
    ),
    sign(
        "setting-missing",
        r"categorical data is not implemented for current tree method",
        "this tree method takes no columns of categories",
        'say tree_method="hist", or encode the columns',
    ),
    sign(
        "too-few-rows",
        r"Check failed: .{0,40}num_features\(\)\) > \(0\)",
        "no column is left that could split the rows",
        "give more rows than min_data_in_leaf (20) allows for, or lower it; columns of one value are left out",
    ),
    sign(
        "bad-setting",
        r"Check failed: \(?(\w{1,40})\)?\s?(>|>=|<|<=)\s?\(?([\w.-]{1,20})\)?",
        "{0} has to be {1} {2}",
        "give {0} a value in that range: {1} {2}",
    ),
    sign(
        "bad-setting",
        r"value (\S{1,30}) for Parameter (?!num_class)(\w{1,60}) (?:exceeds? (bound .{1,40}?)|should be "
        r"(.{1,60}?))(?:\n|\Z)",
        "{1} is out of its range with {0}",
        "give {1} a value that keeps to its range: {2}{3}",
    ),
)
MODELS = (*_TARGETS, *_SETTINGS, *_BOOSTERS)
