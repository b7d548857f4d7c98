### Names of keys and of the places where they count.
