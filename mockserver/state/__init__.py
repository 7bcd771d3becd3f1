"""Records, ids, time and the journal of one world; knows no HTTP and no YAML."""
