#include "app/cli/run.h"
#include "gpu/provider.h"

int main(int argc, char** argv) {
  const auto opencl = quant::make_opencl_provider();
  const std::span<const char* const> words(argv, static_cast<std::size_t>(argc));
  return quant::cli::run_program(words.subspan(words.empty() ? 0 : 1), *opencl);
}
