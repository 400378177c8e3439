"""Every parser of the core against bytes and structures that nobody meant: an answer, or an error of ours."""
