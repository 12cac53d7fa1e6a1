#pragma once
// What a saved picture was made from.

#include <QString>

namespace app {

class Workspace;

/// "llama-small · layers.0.mlp.down_proj.weight · rtn4 · g128", as far as a picture depends on them.
enum class CaptionOf { model, tensor, scheme };
QString captionOf(const Workspace& workspace, CaptionOf depth);

}  // namespace app
