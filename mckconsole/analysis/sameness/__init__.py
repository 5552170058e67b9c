"""Whether objects of several clusters are the same: what is each cluster's own put aside."""
