// What came of an import, in JSON, as the HTTP interface and the command line
// show it.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "common/message/importer.h"

namespace smsweb {

nlohmann::ordered_json ImportJson(const ImportOutcome& outcome);

}  // namespace smsweb
