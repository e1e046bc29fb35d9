// A message that was received in JSON: as the HTTP interface, the command line
// and the webhook tell of it.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "common/store/received.h"

namespace smsweb {

// docs/http.md has the members. The SIM it came through is left out: an IMSI
// names a person.
nlohmann::ordered_json InboundJson(const InboundMessage& message);

// Whether `text` is hex digits of data, and not for reading.
bool IsData(const InboundMessage& message);

}  // namespace smsweb
