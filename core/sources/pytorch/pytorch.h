#pragma once
// PyTorch checkpoints: the ZIP archives that torch.save has written since version 1.6.

#include "core/sources/listing.h"

namespace quant {

/// Lists the tensors of a checkpoint's state dict; a tensor without a dict around it gets the name `stem`. Tensors that
/// share a storage are listed each, with a note. `files` stays empty. Errors: malformed, unsupported (TorchScript),
/// unsafe (the pickle asks for anything but tensors), io.
Result<StoredSource::Content> list_pytorch(std::shared_ptr<const ByteStore> file, std::string_view stem);

}  // namespace quant
