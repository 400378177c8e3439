"""HOW it is said: the documents and objects of the specifications, role-neutral and pure."""
