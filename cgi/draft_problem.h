// What is wrong with a message, as an answer.
#pragma once

#include <string_view>

#include "cgi/http.h"
#include "common/config/config.h"
#include "common/message/draft.h"
#include "common/message/field_fault.h"

namespace smsweb {

// How the caller's way calls its fields.
struct DraftFieldNames {
  std::string_view to;
  std::string_view text;
};
inline constexpr DraftFieldNames kJsonFields{.to = "to", .text = "text"};

Response ProblemOf(const DraftError& error, const MessageConfig& config,
                   const DraftFieldNames& names);
Response ProblemOf(const FieldFault& fault);

}  // namespace smsweb
