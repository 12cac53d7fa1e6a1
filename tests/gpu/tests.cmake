# Tests of gpu/
