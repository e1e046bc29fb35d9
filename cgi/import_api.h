// POST /v1/messages:import: a file of messages, read while it is taken.
#pragma once

#include "cgi/api.h"

namespace smsweb {

inline constexpr std::string_view kImport = "/v1/messages:import";

// Reads request.stream.
Response Import(const Request& request, const Client& client,
                const ApiTools& tools);

}  // namespace smsweb
