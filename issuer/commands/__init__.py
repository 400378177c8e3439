"""The operator's commands: one verb a file, loaded when it is used."""
