// A message as callers write it in JSON.
#pragma once

#include <expected>
#include <string_view>

#include "cgi/http.h"
#include "common/message/draft.h"

namespace smsweb {

// The body of POST /v1/messages; or the answer that says what is wrong with it.
std::expected<Draft, Response> DraftFromJson(std::string_view body);

}  // namespace smsweb
