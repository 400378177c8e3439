"""The operator's verbs: one file each, loaded when it is used."""
