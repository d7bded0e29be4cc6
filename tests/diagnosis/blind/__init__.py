"""A second set of wrong engines, written from the titles of the misconceptions alone, on the right engines of `independent`."""
