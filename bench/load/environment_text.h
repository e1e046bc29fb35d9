// Text that refers to the environment: "Bearer ${SMSWEB_KEY}". So a key is in
// no file, in no command line and in no result: there the reference stands.
#pragma once

#include <string>
#include <string_view>

#include "common/base/error.h"

namespace smsweb::bench {

// "${" is in it, and so Expanded() changes it.
bool RefersToEnvironment(std::string_view text);

// Each ${NAME} is the value of that variable. kInvalid: it is not set, or empty
// (it is named; no value is told), or "${" begins no name with a } behind it.
Result<std::string> Expanded(std::string_view text);

}  // namespace smsweb::bench
