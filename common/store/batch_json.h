// A batch in JSON, as the HTTP interface and the command line show it.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "common/store/store.h"

namespace smsweb {

nlohmann::ordered_json BatchJson(const Batch& batch);

}  // namespace smsweb
