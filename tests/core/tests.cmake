# Tests of core/
quant_test(core/tst_file.cpp quant_core)
