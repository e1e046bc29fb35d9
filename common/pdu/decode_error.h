// What decoders say about input that is wrong: where, and what.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "common/base/error.h"
#include "common/pdu/cursor.h"

namespace smsweb {

inline std::string At(std::size_t octet) {
  return "octet " + std::to_string(octet) + ": ";
}

inline std::unexpected<Error> CutShort(const OctetCursor& cursor,
                                       std::string_view what) {
  return Fail(ErrorKind::kInvalid,
              At(cursor.position()) + std::string(what) + " is cut short");
}

}  // namespace smsweb
