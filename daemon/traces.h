// The trace files that the configuration asks for (modem.trace), each opened
// once; modems may share one.
#pragma once

#include <vector>

#include "common/base/clock.h"
#include "common/config/config.h"
#include "common/line/traced_line.h"
#include "daemon/modem_port.h"

namespace smsweb {

// What to put around the lines of these modems. An error names the file.
// `clock` must outlive the lines.
Result<LineDecorator> OpenTraces(const std::vector<ModemConfig>& modems,
                                 const Clock& clock);

}  // namespace smsweb
