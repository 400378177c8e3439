"""Small working worlds for tests: real servers on loopback that do everything right, until they are told to lie."""
