# Tests of app/
quant_test(app/tst_colour_map.cpp quant_app)
quant_test(app/tst_heat_map_view.cpp quant_app)
quant_test(app/tst_histogram_view.cpp quant_app)
quant_test(app/tst_histograms_page.cpp quant_app)
quant_test(app/tst_maps_page.cpp quant_app)
quant_test(app/tst_sensitivity_grid.cpp quant_app)
quant_test(app/tst_sensitivity_page.cpp quant_app)
