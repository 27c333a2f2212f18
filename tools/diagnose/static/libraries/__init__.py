"""What calls of libraries give: tables, arrays, estimators, networks, as far as they can be told by reading."""
