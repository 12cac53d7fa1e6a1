# Tests of cli/: they run the built program.
quant_test(cli/tst_cli_against.cpp quant_options)
quant_test(cli/tst_cli_figures.cpp quant_options)
quant_test(cli/tst_cli_listings.cpp quant_options)
quant_test(cli/tst_cli_pipeline.cpp quant_options)
quant_test(cli/tst_cli_usage.cpp quant_options)
foreach(test tst_cli_against tst_cli_figures tst_cli_listings tst_cli_pipeline tst_cli_usage)
  add_dependencies(${test} quantoscope-cli)
endforeach()
