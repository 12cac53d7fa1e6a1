#pragma once
// The session of a model in a file that may hold another model's.

#include "core/session/session.h"

namespace quant {

struct SessionFor {
  std::unique_ptr<Session> session;
  std::filesystem::path set_aside;  ///< where another model's session went that stood in the file; empty where none did
};

/// The session in `file`, bound to `source`; created where there is none. Another model's session is renamed first
/// (S.qscope → S.1.qscope, the first free number), so that nothing that was measured is lost.
/// Errors: as Session::create; usage where another model's session is open in another program.
Result<SessionFor> session_for(const std::filesystem::path& file, const Source& source);

}  // namespace quant
