"""Pure metrology: numbers in, numbers out. Imports numpy and the standard library."""
