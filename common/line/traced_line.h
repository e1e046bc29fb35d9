// A line that writes down what passes on it, for a person who looks for a
// fault (trace_mask.h says what is left out):
//
//   2026-11-23T07:16:48.123Z sim-1 = open /dev/ttyUSB0
//   2026-11-23T07:16:48.125Z sim-1 > AT+CPIN=****
//   2026-11-23T07:16:48.311Z sim-1 < OK
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "common/base/clock.h"
#include "common/line/line.h"

namespace smsweb {

using TraceSink = std::function<void(std::string_view line)>;

// Appends to `path`, which nobody else may read; a line a write. Safe to share
// between lines.
Result<TraceSink> OpenTrace(const std::string& path);

// `line` and a witness. `name` is the modem's.
std::unique_ptr<Line> TraceLine(std::unique_ptr<Line> line, std::string name,
                                std::string_view device, const Clock& clock,
                                TraceSink sink);

}  // namespace smsweb
