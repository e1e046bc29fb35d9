// What the queue says, as an answer.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "cgi/http.h"
#include "common/base/error.h"

namespace smsweb {

// 503 where the same request may work later, else 500. `more` as Problem() has
// it.
Response StoreProblem(const Error& error, const nlohmann::ordered_json& more =
                                              nlohmann::ordered_json::object());

// 404 with this code where what was looked for is not there, else as above.
Response LookupProblem(const Error& error, std::string_view not_found);

}  // namespace smsweb
