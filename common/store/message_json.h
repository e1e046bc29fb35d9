// A message in JSON, as the HTTP interface and the command line show it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "common/store/message.h"

namespace smsweb {

// The answer to a new message.
nlohmann::ordered_json AcceptedJson(const NewMessage& message);

// The same as text, for each request that the endpoint takes: written as it
// goes, where the value and its dump() took a third of the endpoint's work.
std::string AcceptedText(const NewMessage& message);

// The answer to one that was not queued again (Intake::duplicate_window).
nlohmann::ordered_json DuplicateJson(const NewMessage& message,
                                     const Uuid& first);

// All but the text, which is nobody's business once it is accepted.
nlohmann::ordered_json MessageJson(const Message& message);
// The same in a list, which leaves the parts out.
nlohmann::ordered_json MessageItemJson(const Message& message);

}  // namespace smsweb
