# Tests of app/
quant_test(app/tst_colour_map.cpp quant_app)
quant_test(app/tst_histogram_view.cpp quant_app)
