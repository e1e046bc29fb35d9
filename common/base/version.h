// The release that all programs are of.
#pragma once

namespace smsweb {
inline constexpr const char* kVersion = SMSWEB_VERSION;
}
