# Tests of core/
quant_test(core/tst_decode.cpp quant_core)
quant_test(core/tst_file.cpp quant_core)
quant_test(core/tst_picture.cpp quant_core)
quant_test(core/tst_plan.cpp quant_core)
quant_test(core/tst_rtn.cpp quant_core)
quant_test(core/tst_scheme.cpp quant_core)
quant_test(core/tst_spearman.cpp quant_core)
quant_test(core/tst_verify.cpp quant_core)
