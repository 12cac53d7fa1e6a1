# cmake -DIN=… -DOUT=… -DNAME=… -P embed_kernel.cmake: OUT defines quant::kernels::NAME, the text of IN.
file(READ "${IN}" text)
file(WRITE "${OUT}" "#include \"gpu/kernel_sources.h\"\n
namespace quant::kernels {
const std::string_view ${NAME} = R\"opencl(${text})opencl\";
}  // namespace quant::kernels\n")
