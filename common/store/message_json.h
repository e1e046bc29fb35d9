// A message in JSON, as the HTTP interface and the command line show it.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "common/store/message.h"

namespace smsweb {

// The answer to a new message.
nlohmann::ordered_json AcceptedJson(const NewMessage& message);

// All but the text, which is nobody's business once it is accepted.
nlohmann::ordered_json MessageJson(const Message& message);

}  // namespace smsweb
