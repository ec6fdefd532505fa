"""A small simulator with the interface of the public one, for tests of exported strategies."""
