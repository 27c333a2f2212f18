"""From a file to what is to be learnt: tables read by parsers that execute nothing, and their columns understood."""
