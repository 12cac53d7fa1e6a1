# Tests of core/
