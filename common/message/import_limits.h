// What one record of an import may have.
#pragma once

#include <cstddef>

namespace smsweb {

inline constexpr std::size_t kLongestRecord = 65536;  // bytes

}  // namespace smsweb
