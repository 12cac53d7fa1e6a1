# Tests of app/
