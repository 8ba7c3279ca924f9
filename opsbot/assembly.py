"""Config in, wired parts out: the only module that knows every other."""
