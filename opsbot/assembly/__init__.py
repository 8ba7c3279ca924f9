"""Config in, wired parts out: the only room that knows every other."""
