# Tests of gpu/
quant_test(gpu/tst_device_casts.cpp quant_gpu)
quant_long_test(tst_device_casts 3600)
quant_test(gpu/tst_device_statistics.cpp quant_gpu)
quant_test(gpu/tst_device_verify.cpp quant_gpu)
quant_test(gpu/tst_kernel_inputs.cpp quant_gpu)
quant_test(gpu/tst_provider.cpp quant_gpu)
quant_test(gpu/tst_scheme_kernels.cpp quant_gpu)
